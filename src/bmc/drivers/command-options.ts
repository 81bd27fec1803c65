import { z } from 'zod';
import {
  anyHolds,
  asksForSuite0,
  complaintOfSecretTemplate,
  complaintOfWord,
  lineNames,
  placeholdersIn,
  timedNames,
  withLogin,
} from '../command/template.ts';
import { failurePatterns, pattern } from './command-patterns.ts';

const longestWord = 200;
const mostWords = 64;
const ipmiPort = 623;

const word = (known: readonly string[]) =>
  z
    .string()
    .max(longestWord)
    .superRefine((text, context) => {
      const message = complaintOfWord(text, known);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });

/** One command: the program and its arguments, word for word. There is no shell, so nothing needs quoting. */
const line = (known: readonly string[] = lineNames) =>
  z
    .array(word(known))
    .min(1)
    .max(mostWords)
    .refine(([program]) => program !== '' && placeholdersIn(program ?? '').length === 0, {
      message: 'must begin with the name or path of a program',
    })
    .meta({ expects: `a list of 1 to ${mostWords} words` });

const privilegeWord = (level: string) =>
  z.string().min(1).max(longestWord).describe(`The word of the tool for the privilege level ${level}.`);

const secretTemplate = z
  .string()
  .max(longestWord)
  .superRefine((text, context) => {
    const message = complaintOfSecretTemplate(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
  .describe('Text with {password}, {kg}, {kgHex} or {user}.');

const accepted = pattern(
  'What the output must also hold, beside exit code 0, where that alone does not mean yes.',
);

const power = z.strictObject({
  line: line().describe('Reads the power, and changes nothing.'),
  on: pattern('In its output: the server is on.'),
  off: pattern('In its output: the server is off.'),
});

const guid = z.strictObject({
  line: line().describe('Prints the GUID of the BMC.'),
  pattern: pattern(
    'Finds the GUID in its output: the first group, 32 hex digits, spaces and dashes left out.',
  ),
  bytes: z
    .enum(['asSent', 'reversed'])
    .default('asSent')
    .describe('Whether the tool prints the bytes in the order of the wire, or the other way round.'),
});

const control = z.strictObject({
  off: line().describe('Switches the server off.'),
  on: line().exactOptional().describe('Switches it on.'),
  cycle: line().exactOptional().describe('Switches it off and on again.'),
  reset: line().exactOptional().describe('Resets it.'),
  nmi: line().exactOptional().describe('Sends it an NMI (diagnostic interrupt).'),
  softOff: line().exactOptional().describe('Presses its power button for a moment.'),
  accepted: accepted.exactOptional(),
});

const identify = z.strictObject({
  timed: line(timedNames)
    .exactOptional()
    .describe('Lights the identify lamp for {seconds} (1 to 255), or {secondsHex}.'),
  indefinite: line().exactOptional().describe('Lights it until told otherwise.'),
  off: line().exactOptional().describe('Puts it out.'),
  accepted: accepted.exactOptional(),
});

const version = z.strictObject({
  line: line().describe('Makes the tool tell its version; it is run without secrets.'),
  pattern: pattern('Finds the version in its output: the first group.'),
});

const fields = {
  host: z
    .string()
    .regex(/^[^-\s][^\s]*$/)
    .max(253)
    .meta({ expects: 'a host name or IP address' })
    .describe('Address of the BMC. An IP address needs no name service on the night of the failure.'),
  port: z
    .number()
    .int()
    .min(1)
    .max(65535)
    .default(ipmiPort)
    .describe('UDP port of IPMI over LAN; another than 623 only where the lines hold {port}.'),
  user: z
    .string()
    .regex(/^([^-\s][^\s]*)?$/)
    .refine((name) => Buffer.byteLength(name) <= 16, 'must be at most 16 bytes')
    .meta({ expects: 'text of at most 16 bytes without spaces' })
    .describe('BMC user name, at most 16 bytes.'),
  privilege: z
    .enum(['user', 'operator', 'administrator'])
    .default('operator')
    .describe('Privilege level of the session; operator is the least that may switch the power.'),
  cipherSuites: z
    .array(z.number().int().min(0).max(63))
    .min(1)
    .default([3])
    .describe('Cipher suites to try, the best first, where the lines hold {cipherSuite}.'),
  allowCipherSuite0: z
    .boolean()
    .default(false)
    .describe('Permits lines with cipher suite 0: no authentication, so anyone can switch this server off.'),
  timeLimitSeconds: z
    .number()
    .min(1)
    .max(120)
    .default(10)
    .describe('After this a command is killed with all its children; sooner where the deadline is nearer.'),
  privilegeWords: z
    .strictObject({
      user: privilegeWord('user'),
      operator: privilegeWord('operator'),
      administrator: privilegeWord('administrator'),
    })
    .default({ user: 'USER', operator: 'OPERATOR', administrator: 'ADMINISTRATOR' })
    .describe('What {privilege} becomes at each level.'),
  login: z
    .array(word(lineNames))
    .max(mostWords)
    .default([])
    .meta({ expects: `a list of at most ${mostWords} words` })
    .describe('The words that {login} stands for in every line: whom to log in to, and how.'),
  environment: z
    .record(
      z
        .string()
        .regex(/^[A-Z_][A-Z0-9_]*$/)
        .meta({ expects: 'the name of an environment variable' }),
      secretTemplate,
    )
    .default({})
    .describe(
      'Variables for the tool, with {password}, {kg} or {kgHex}; left out where that secret is not configured.',
    ),
  secretFile: z
    .array(secretTemplate)
    .default([])
    .describe('Lines of the file {secretFile} (mode 0600, in a private folder, there while a command runs).'),
  secretFileRefuses: pattern('Secrets that the format of that file cannot hold.').exactOptional(),
  power: power.describe('Reading the power: the only proof of a forced stop.'),
  control: control.describe('Switching. Exit code 0 means that the BMC accepted it, and proves nothing.'),
  guid: guid
    .exactOptional()
    .describe('Reading the identity of the BMC; without it only the address tells two BMCs apart.'),
  identify: identify.default({}).describe('The identify lamp.'),
  version: version.exactOptional().describe('The version of the tool, for `noroshi doctor`.'),
  failures: failurePatterns,
};

type Fields = z.infer<z.ZodObject<typeof fields>>;

/** Every line that speaks to the BMC. */
export const linesOf = ({ login, power, control, guid, identify }: Fields): (readonly string[])[] =>
  [power.line, guid?.line, ...Object.values(control), ...Object.values(identify)]
    .filter((one) => Array.isArray(one))
    .map((line) => withLogin(line, login));

/** Whether a command would go without any authentication. */
export const usesSuite0 = (options: Fields): boolean =>
  (options.cipherSuites.includes(0) && anyHolds(linesOf(options), 'cipherSuite')) ||
  linesOf(options).some(asksForSuite0);

/** What the configuration says to the command driver; docs/config.md is written from it. */
export const commandOptions = z
  .strictObject(fields)
  // It hangs on the acknowledgement and not on the suite, so that a definition may use suite 0 without giving it.
  .refine((options) => options.allowCipherSuite0 || !usesSuite0(options), {
    path: ['allowCipherSuite0'],
    message: 'must be true for this model: its lines use cipher suite 0, which has no authentication',
  })
  .refine((options) => options.port === ipmiPort || anyHolds(linesOf(options), 'port'), {
    path: ['port'],
    message: `must be ${ipmiPort} for this model: none of its lines holds {port}`,
  })
  .refine((options) => options.secretFile.length > 0 || !anyHolds(linesOf(options), 'secretFile'), {
    path: ['secretFile'],
    message: 'is needed: a line holds {secretFile}',
  });

export type CommandOptions = z.infer<typeof commandOptions>;
