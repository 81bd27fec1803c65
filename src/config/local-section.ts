import { z } from 'zod';
import { localActions } from '../core/outcome.ts';
import { fileMode, group, name, path } from './fields.ts';

const longestWord = 200;
const mostWords = 64;

/** The end of the sentence that begins with the path of a word, or undefined where the word is good. */
const complaintOf = (word: string): string | undefined => {
  const [password] = /^(-P|--password)/.exec(word) ?? [];
  if (password)
    return `${password} puts a password on the command line, where every user of this machine can read it; in-band needs none`;
  const [host] = /^(-[HN]|--host)/.exec(word) ?? [];
  return host && `${host} names a host, and a local action is about this server alone`;
};

const word = z
  .string()
  .max(longestWord)
  .superRefine((text, context) => {
    const message = complaintOf(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** The program and its arguments, word for word. There is no shell, so nothing needs quoting. */
const line = z
  .array(word)
  .min(1)
  .max(mostWords)
  .refine(([program]) => program !== '', { message: 'must begin with the name or path of a program' })
  .meta({ expects: `a list of 1 to ${mostWords} words` })
  .exactOptional();

const tool = z
  .strictObject({
    limitSeconds: z
      .int()
      .min(1)
      .max(600)
      .default(5)
      .describe('Seconds it may take before it is killed, with all that it started, and the next way tried.'),
    device: path
      .exactOptional()
      .describe('Device file that must open before the program is run; nothing is sent where it does not.'),
    accepted: z
      .string()
      .min(1)
      .max(longestWord)
      .exactOptional()
      .describe('What the program must have written, beside its exit code 0, for a yes.'),
    reset: line.describe('Program and arguments, run without a shell: resets this server.'),
    off: line.describe('Switches it off.'),
    cycle: line.describe('Switches it off and on again.'),
    nmi: line.describe('Sends it an NMI (diagnostic interrupt).'),
  })
  .describe('What is left out is taken from the built-in tool of the same name: `ipmitool` or `ipmiutil`.');

type Tool = z.output<typeof tool>;

const ipmiDevice = '/dev/ipmi0';

/** `-F open`: by itself ireset would go on to the I/O ports where the device is missing (ipmiutil(8), -F). */
const builtIn: Readonly<Record<string, Tool>> = {
  ipmitool: {
    limitSeconds: 5,
    device: ipmiDevice,
    accepted: 'Chassis Power Control:',
    reset: ['ipmitool', '-I', 'open', 'chassis', 'power', 'reset'],
    off: ['ipmitool', '-I', 'open', 'chassis', 'power', 'off'],
    cycle: ['ipmitool', '-I', 'open', 'chassis', 'power', 'cycle'],
    nmi: ['ipmitool', '-I', 'open', 'chassis', 'power', 'diag'],
  },
  ipmiutil: {
    limitSeconds: 5,
    device: ipmiDevice,
    accepted: 'IPMI_Reset ok',
    reset: ['ireset', '-r', '-F', 'open'],
    off: ['ireset', '-d', '-F', 'open'],
    cycle: ['ireset', '-c', '-F', 'open'],
    nmi: ['ireset', '-n', '-F', 'open'],
  },
};

/** It has no prototype, so that a tool nobody configured is undefined whatever its name. */
const withBuiltIn = (own: Readonly<Record<string, Tool>>): Record<string, Tool> => {
  const tools: Record<string, Tool> = Object.create(null);
  for (const key of new Set([...Object.keys(builtIn), ...Object.keys(own)]))
    tools[key] = { ...(Object.hasOwn(builtIn, key) && builtIn[key]), ...(own[key] as Tool) };
  return tools;
};

/** The way that is no program: the kernel's own keys. */
export const sysrqWay = 'sysrq';

/** The section `local`; what only several of its keys together show is checked by `checkLocal`. */
export const localSection = z
  .strictObject({
    socket: path
      .default('/run/noroshi/local.sock')
      .describe('Local socket on which these actions, and nothing else, can be asked for.'),
    mode: fileMode
      .default('0600')
      .transform((digits) => Number.parseInt(digits, 8))
      .describe('Mode of the socket file: whoever may connect may stop this server.'),
    group: group.exactOptional().describe('Group that owns the socket file.'),
    actions: z.array(z.enum(localActions)).min(1).max(localActions.length).describe('What may be asked for.'),
    ways: z
      .array(name)
      .min(1)
      .max(8)
      .default(['ipmitool', 'ipmiutil', sysrqWay])
      .describe(
        'In this order: names of `tools`, and `sysrq`, the kernel itself (`b` reset, `o` power off, `c` crash for an NMI; it has no cycle).',
      ),
    tools: z
      .record(name, tool)
      .default({})
      .transform(withBuiltIn)
      .meta({ expects: 'a section with one entry for each tool' })
      .describe('Programs that speak to the BMC of this server in-band, by name.'),
    sysrq: z
      .strictObject({
        trigger: path
          .default('/proc/sysrq-trigger')
          .describe('The file that takes the key. Another one than the kernel’s is for tests.'),
      })
      .prefault({})
      .describe('The kernel’s own way.'),
    stillRunsSeconds: z
      .int()
      .min(1)
      .max(600)
      .default(10)
      .describe(
        'Seconds after a yes in which the server must be gone. If the gateway is still alive then, that way has failed, and the next one is tried.',
      ),
    deadlineSeconds: z
      .int()
      .min(1)
      .max(3600)
      .default(60)
      .describe('Seconds for all ways together; their limits and waits must fit in.'),
  })
  .exactOptional()
  .describe(
    'Reset, power off, cycle and NMI of the server this gateway runs on (a member). Without this section they are not offered.',
  );

export type LocalConfig = NonNullable<z.output<typeof localSection>>;
