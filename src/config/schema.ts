import { z } from 'zod';
import { languages } from '../core/language.ts';
import { chain } from './chain-section.ts';
import { fence } from './fence-section.ts';
import { fileMode, group, name, path } from './fields.ts';
import { localSection } from './local-section.ts';
import { monitorsSection } from './monitors-section.ts';
import { mqttSchema } from './mqtt-schema.ts';
import { nocSchema } from './noc-schema.ts';
import { trapsSchema } from './traps-schema.ts';

/** Where a user's own device definitions are looked for when the configuration names no folders. */
export const defaultDeviceDirectories = ['/etc/noroshi/devices.d'];

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
    deadlineSeconds: z
      .int()
      .min(1)
      .max(3600)
      .exactOptional()
      .describe(
        'Seconds a forced stop of this server may take in all, if the request does not say; a dump takes long. Without it: `fence.deadlineSeconds`.',
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
    maxAgeDays: z
      .int()
      .min(1)
      .max(3650)
      .default(30)
      .describe(
        'Days an event is kept. A wall clock that is set ahead counts once that has stood for a day.',
      ),
    maxSizeMiB: z
      .int()
      .min(1)
      .max(1024 * 1024)
      .default(256)
      .describe('Size beyond which the oldest events go, in MiB.'),
  })
  .prefault({})
  .describe('The durable journal of events.');

const alerts = z
  .strictObject({
    language: z
      .enum(languages)
      .default('en')
      .describe('Language of the alert messages: English or Japanese, in UTF-8 whatever the locale.'),
  })
  .prefault({})
  .describe('Alerts: what CLUSTERPRO X would say of an event, with its module and ID.');

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
  local: localSection,
  identify,
  traps: trapsSchema,
  monitors: monitorsSection,
  journal,
  alerts,
  mqtt: mqttSchema,
  noc: nocSchema,
  log,
  deviceDirectories: z
    .array(path)
    .default(defaultDeviceDirectories)
    .describe('Folders with device definitions of your own (`FOLDER/bmc/*.yaml`); the last one wins.'),
});

/** The file's content with defaults filled in. */
export type ConfigFile = z.output<typeof configSchema>;
