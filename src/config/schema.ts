import { z } from 'zod';
import { trapsSchema } from './traps-schema.ts';

/** Where a user's own device definitions are looked for when the configuration names no folders. */
export const defaultDeviceDirectories = ['/etc/noroshi/devices.d'];

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)
  .meta({
    expects:
      'a name of 1 to 63 letters, digits, dots, dashes or underscores that begins with a letter or digit',
  });

/** A path of the file system; the loader makes relative ones absolute, from the folder of the file. */
const path = z
  .string()
  .regex(/^[^\0]{1,4095}$/)
  .meta({ expects: 'a path' });

const group = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/)
  .meta({ expects: 'the name of a group' });

const fileMode = z
  .string()
  .regex(/^0[0-7]{3}$/)
  .meta({ expects: 'four octal digits in quotes that begin with 0, such as "0660"' });

const socketAccess = {
  mode: fileMode
    .default('0660')
    .transform((digits) => Number.parseInt(digits, 8))
    .describe('Mode of the socket file: who may connect. There is no other access control.'),
  group: group
    .exactOptional()
    .describe('Group that owns the socket file; without it the primary group of the daemon.'),
};

const self = z
  .strictObject({
    node: name.describe('Name of the machine this gateway runs on; a member uses its name under `servers`.'),
    role: z
      .enum(['member', 'control'])
      .describe(
        '`member`: this machine is one of the servers. `control`: a separate machine with its own power.',
      ),
  })
  .describe('Which machine this is.');

const engine = z
  .strictObject({
    socket: path
      .default('/run/noroshi/engine.sock')
      .describe('Local socket on which the cluster engine and the commands talk to the daemon.'),
    ...socketAccess,
  })
  .prefault({})
  .describe('The socket with every method.');

const notify = z
  .strictObject({
    socket: path.describe('Local socket for agents that only report and subscribe.'),
    ...socketAccess,
  })
  .exactOptional()
  .describe(
    'A second, restricted socket: reports and subscriptions only. Without this section there is none.',
  );

/** The `bmc` section as far as it is the same for all drivers; the driver's own schema checks the rest. */
const bmc = z
  .looseObject({
    model: name.describe('Model of the BMC: a device definition, such as `ipmi`. It chooses the driver.'),
  })
  .exactOptional()
  .describe('How to reach the BMC. A server without this section cannot be stopped by force.');

/** One way to stop a server; which keys go together is checked by {@link checkChains}. */
const method = z.strictObject({
  method: z
    .enum(['bmc', 'script', 'nmiWait'])
    .describe(
      '`bmc`: power off through the BMC. `script`: a program of the site, told by the environment: CLP_SERVER_DOWN, CLP_SERVER_LOCAL, CLP_FORCESTOP_MODE=1. `nmiWait`: an NMI, and time for the dump; it proves nothing.',
    ),
  limitSeconds: z
    .int()
    .min(1)
    .max(3600)
    .exactOptional()
    .describe(
      'Seconds before the next method has its turn; a script is killed then, with all that it started. The limits must fit into `fence.deadlineSeconds`; only a `bmc` at the end may go without one.',
    ),
  file: path
    .exactOptional()
    .describe('The script: an absolute path. It is run without a shell and without arguments.'),
  scriptVerifiesOff: z
    .boolean()
    .default(false)
    .describe(
      'Whether exit code 0 of the script means that it has verified that the server is off. If not, the power is read by the BMC.',
    ),
});

const chain = z
  .array(method)
  .min(1)
  .max(8)
  .exactOptional()
  .describe(
    'The ways to stop the server by force, in their order; the first proof ends the chain. Without it: its BMC alone.',
  );

const server = z
  .strictObject({
    hostname: z
      .string()
      .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/)
      .meta({ expects: 'a host name' })
      .exactOptional()
      .describe('What `hostname -s` prints on the server, if it differs from its name here.'),
    pinIdentity: z
      .boolean()
      .default(true)
      .describe(
        'Whether the GUID of the BMC is remembered and held against it. Turn it off only for boards whose maker gave all of them the same GUID.',
      ),
    bmc,
    chain,
  })
  .describe('One server, under its name.');

const servers = z
  .record(name, server)
  .refine((entries) => Object.keys(entries).length > 0, 'must hold at least one server')
  .meta({ expects: 'a section with one entry for each server' })
  .describe('The servers of the cluster, by name.');

const fence = z
  .strictObject({
    deadlineSeconds: z
      .int()
      .min(1)
      .max(3600)
      .default(15)
      .describe('Seconds a forced stop may take in all, if the request does not say.'),
  })
  .prefault({})
  .describe('Forced stops.');

const readiness = z
  .strictObject({
    intervalSeconds: z
      .int()
      .min(5)
      .max(86_400)
      .default(300)
      .describe(
        'Seconds between two rehearsals of a forced stop: everything short of the power-off is tried at every BMC.',
      ),
  })
  .prefault({})
  .describe('Whether forced stops would work, tried in the background.');

const identify = z
  .strictObject({
    owners: z
      .array(name)
      .min(1)
      .max(64)
      .describe(
        'Machines (`self.node` of their gateways) that light identify lamps. The first one that is not the downed server itself lights its lamp; the others leave it alone. Must be the same list on every gateway.',
      ),
    litSeconds: z
      .int()
      .min(2)
      .max(255)
      .default(250)
      .describe('Seconds the lamp stays lit by itself, so that it goes out where no gateway is left.'),
    rearmSeconds: z
      .int()
      .min(1)
      .max(254)
      .default(120)
      .describe('Seconds between two renewals, less than `litSeconds`; at most half of it lets one be lost.'),
  })
  .exactOptional()
  .describe(
    'Blinks the chassis identify lamp of a server that is down, so that the right box is found. Without this section lamps are lit by hand only.',
  );

const journal = z
  .strictObject({
    maxAgeDays: z.int().min(1).max(3650).default(30).describe('Days an event is kept.'),
    maxSizeMiB: z
      .int()
      .min(1)
      .max(1024 * 1024)
      .default(256)
      .describe('Size beyond which the oldest events go, in MiB.'),
  })
  .prefault({})
  .describe('The durable journal of events.');

const log = z
  .strictObject({
    level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least level that is logged.'),
  })
  .prefault({})
  .describe('The log on standard output.');

/** A configuration file, version 1. What only several keys together show is checked by the loader. */
export const configSchema = z.strictObject({
  version: z.literal(1).describe('Version of this format.'),
  cluster: name.describe('Name of the cluster.'),
  self,
  stateDirectory: path
    .default('/var/lib/noroshi')
    .describe('Folder of the journal; each daemon needs one of its own.'),
  engine,
  notify,
  servers,
  fence,
  readiness,
  identify,
  traps: trapsSchema,
  journal,
  log,
  deviceDirectories: z
    .array(path)
    .default(defaultDeviceDirectories)
    .describe('Folders with device definitions of your own (`FOLDER/bmc/*.yaml`); the last one wins.'),
});

/** The file's content with defaults filled in. */
export type ConfigFile = z.output<typeof configSchema>;
