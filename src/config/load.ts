import { dirname, resolve } from 'node:path';
import { fail, ok, type Result } from '../core/result.ts';
import { type BmcSectionDeps, resolveBmc } from './bmc-section.ts';
import { checkChains } from './chain-checks.ts';
import {
  checkAddresses,
  checkGuards,
  checkIdentify,
  checkSelf,
  checkSockets,
  doubtOwners,
} from './cross-checks.ts';
import { loadDevices } from './devices.ts';
import type { BmcConfig, DriverSpecs } from './driver.ts';
import { schemaNodeOf } from './expectation.ts';
import { type Complaint, explain } from './explain.ts';
import { checkLocal } from './local-checks.ts';
import { checkMonitors, type EventWords } from './monitors-checks.ts';
import {
  assembleMqtt,
  checkMqtt,
  doubtMqtt,
  type MqttConfig,
  type MqttReading,
  readMqtt,
} from './mqtt-section.ts';
import { assembleNoc, checkNoc, doubtNoc, type NocConfig, type NocReading, readNoc } from './noc-section.ts';
import { type ConfigProblem, formatProblem, inLineOrder } from './problem.ts';
import { type ConfigFile, configSchema, defaultDeviceDirectories } from './schema.ts';
import type { SecretSources } from './secrets.ts';
import { inOrderOfWord, loadTrapDefinitions, type TrapDeps } from './trap-definitions.ts';
import type { TrapDefinition } from './trap-schema.ts';
import {
  assembleTraps,
  checkTraps,
  doubtTraps,
  readTrapSecrets,
  type TrapSecrets,
  type TrapsConfig,
} from './traps-section.ts';
import { isSection, valueAt } from './value.ts';
import { problemAt, readYaml } from './yaml.ts';

/** One server as configured. */
export interface ServerConfig {
  readonly hostname?: string;
  /** Whether the BMC's GUID is held against it. */
  readonly pinIdentity: boolean;
  /** Where its forced stops have a deadline of their own. */
  readonly deadlineSeconds?: number;
  readonly bmc?: BmcConfig;
  /** The ways to stop it, in their order; its BMC alone where there is none. */
  readonly chain?: NonNullable<ConfigFile['servers'][string]['chain']>;
}

/** The whole configuration: defaults filled in, paths absolute, secrets read. */
export interface Config extends Readonly<Omit<ConfigFile, 'servers' | 'traps' | 'mqtt' | 'noc'>> {
  /** Missing where no traps are to be received. */
  readonly traps?: TrapsConfig;
  /** By name. It has no prototype, so that a server nobody configured is undefined whatever its name. */
  readonly servers: Readonly<Record<string, ServerConfig>>;
  /** Missing where nobody outside is told. */
  readonly noc?: NocConfig;
  /** Missing where nothing is published. */
  readonly mqtt?: MqttConfig;
}

export interface LoadDeps {
  readonly bmcDrivers: DriverSpecs;
  /** What rules of external-link monitors may name. */
  readonly eventWords: EventWords;
  readonly environment: NodeJS.ProcessEnv;
  /** Folder of the device definitions that come with Noroshi. */
  readonly builtInDevices: string;
  /** Values that trap rules of each format can use. */
  readonly trapValues: TrapDeps['formatValues'];
  /** Whether any type of event matches. */
  readonly isEventGlob: (glob: string) => boolean;
  /** See {@link SecretSources.openFiles}; `warn` where absent. */
  readonly openFiles?: SecretSources['openFiles'];
}

export interface LoadedConfig {
  readonly config: Config;
  /** Sentences for the operator, `file:line: path: …`: what is allowed but unwise. */
  readonly warnings: readonly string[];
  /** Sentences for the log: which device definitions a user's folder overrides. */
  readonly notices: readonly string[];
}

const resolved = (file: ConfigFile, folder: string): ConfigFile => ({
  ...file,
  stateDirectory: resolve(folder, file.stateDirectory),
  engine: { ...file.engine, socket: resolve(folder, file.engine.socket) },
  ...(file.notify && { notify: { ...file.notify, socket: resolve(folder, file.notify.socket) } }),
  ...(file.local && { local: { ...file.local, socket: resolve(folder, file.local.socket) } }),
  deviceDirectories: file.deviceDirectories.map((directory) => resolve(folder, directory)),
});

const checkFile = (
  root: unknown,
  folder: string,
  { isEventGlob, eventWords }: Pick<LoadDeps, 'isEventGlob' | 'eventWords'>,
): { file?: ConfigFile; complaints: readonly Complaint[] } => {
  const parsed = configSchema.safeParse(root);
  if (!parsed.success) {
    const { issues } = parsed.error;
    const complaints = explain({ issues, schema: schemaNodeOf(configSchema), value: root });
    return { complaints: [...complaints, ...checkSelf(root)] };
  }
  const file = resolved(parsed.data, folder);
  const complaints = [
    ...checkSelf(root),
    ...checkSockets(file),
    ...checkChains(file),
    ...checkGuards(file),
    ...checkIdentify(file),
    ...checkLocal(file),
    ...checkTraps(file),
    ...checkMqtt(file, isEventGlob),
    ...checkMonitors(file, eventWords),
  ];
  return { file, complaints };
};

/** The user's folders, read from the raw file: device problems are told beside all others. */
const deviceDirectoriesOf = (root: unknown, folder: string): string[] => {
  const given = valueAt(root, ['deviceDirectories']) ?? defaultDeviceDirectories;
  const directories: unknown[] = Array.isArray(given) ? given : [];
  return directories.filter((one) => typeof one === 'string').map((one) => resolve(folder, one));
};

const bmcSectionsOf = (root: unknown): [string, Record<string, unknown>][] => {
  const servers = valueAt(root, ['servers']);
  if (!isSection(servers)) return [];
  return Object.entries(servers).flatMap(([name, server]) => {
    const section = valueAt(server, ['bmc']);
    return isSection(section) ? [[name, section] satisfies [string, unknown]] : [];
  });
};

interface TrapRules {
  readonly definitions: readonly TrapDefinition[];
  readonly problems: readonly ConfigProblem[];
  readonly notices: readonly string[];
}

/** Trap rules are read only where traps are received; the user's own sets go first. */
const loadTrapRules = async (root: unknown, deps: TrapDeps): Promise<TrapRules> => {
  if (valueAt(root, ['traps']) === undefined) return { definitions: [], problems: [], notices: [] };
  const loaded = await loadTrapDefinitions(deps);
  const { problems, notices } = loaded;
  return { definitions: inOrderOfWord(loaded, deps), problems, notices };
};

interface ResolvedBmcs {
  readonly bmcs: ReadonlyMap<string, BmcConfig>;
  readonly problems: readonly Complaint[];
  readonly warnings: readonly Complaint[];
}

const resolveBmcs = async (root: unknown, deps: BmcSectionDeps): Promise<ResolvedBmcs> => {
  const bmcs = new Map<string, BmcConfig>();
  const options = new Map<string, unknown>();
  const problems: Complaint[] = [];
  const warnings: Complaint[] = [];
  for (const [server, section] of bmcSectionsOf(root)) {
    const found = await resolveBmc(section, deps);
    const inFile = (complaint: Complaint) => ({
      ...complaint,
      path: ['servers', server, 'bmc', ...complaint.path],
    });
    problems.push(...found.problems.map(inFile));
    warnings.push(...found.warnings.map(inFile));
    options.set(server, found.options);
    if (found.bmc) bmcs.set(server, found.bmc);
  }
  return { bmcs, problems: [...problems, ...checkAddresses(options)], warnings };
};

/** What the sections came to that name files and definitions. */
interface Assembled {
  readonly bmcs: ReadonlyMap<string, BmcConfig>;
  readonly trapSecrets: TrapSecrets;
  readonly trapRules: readonly TrapDefinition[];
  readonly mqttFiles: MqttReading['files'];
  readonly sinks: NocReading;
}

const assemble = (
  { traps, mqtt: section, noc, ...file }: ConfigFile,
  { bmcs, trapSecrets, trapRules, mqttFiles, sinks }: Assembled,
): Config => {
  const servers: Record<string, ServerConfig> = Object.create(null);
  for (const [name, { hostname, pinIdentity, deadlineSeconds, chain }] of Object.entries(file.servers)) {
    const bmc = bmcs.get(name);
    servers[name] = {
      pinIdentity,
      ...(hostname !== undefined && { hostname }),
      ...(deadlineSeconds !== undefined && { deadlineSeconds }),
      ...(bmc && { bmc }),
      ...(chain && { chain }),
    };
  }
  const mqtt = section && assembleMqtt({ ...file, mqtt: section }, mqttFiles);
  return {
    ...{ ...file, servers },
    ...(traps && { traps: assembleTraps(traps, trapSecrets, trapRules) }),
    ...(mqtt && { mqtt }),
    ...(noc && { noc: assembleNoc(noc, sinks) }),
  };
};

/**
 * Reads a configuration file, the device definitions and the secrets it names. Either everything is
 * good, or all problems are returned, in line order, those of the file itself first. Never throws.
 */
export const loadConfig = async (
  path: string,
  deps: LoadDeps,
): Promise<Result<LoadedConfig, readonly ConfigProblem[]>> => {
  const yaml = await readYaml(path);
  if (yaml.value === undefined) return fail(yaml.problems);
  const root = yaml.value;
  const folder = dirname(resolve(path));
  const { bmcDrivers: drivers, environment, builtInDevices, openFiles = 'warn' } = deps;

  const { file, complaints } = checkFile(root, folder, deps);
  const devices = await loadDevices({
    bmcDrivers: drivers,
    builtInDevices,
    userDirectories: deviceDirectoriesOf(root, folder),
  });
  const found = await resolveBmcs(root, { drivers, devices, folder, environment, openFiles });
  const sources = { folder, environment, openFiles };
  const trapSecrets = await readTrapSecrets(root, sources);
  const trapRules = await loadTrapRules(root, {
    builtInDevices,
    userDirectories: deviceDirectoriesOf(root, folder),
    formatValues: deps.trapValues,
  });
  const mqtt = await readMqtt(root, sources);
  const noc = await readNoc(root, sources);
  const nocComplaints = [...noc.problems, ...(file ? checkNoc(file, noc, deps.isEventGlob) : [])];
  const at = ({ path: where, message }: Complaint) => problemAt(yaml, where, message);
  const told = [...found.problems, ...trapSecrets.problems, ...mqtt.problems, ...nocComplaints];
  const own = inLineOrder([...yaml.problems, ...[...complaints, ...told].map(at)]);
  const ofDevices = [...devices.problems, ...trapRules.problems];
  if (!file || own.length + ofDevices.length > 0) return fail([...own, ...ofDevices]);
  const doubts = [...doubtOwners(file), ...doubtTraps(file), ...doubtMqtt(file), ...doubtNoc(noc)];
  const warnings = [...found.warnings, ...trapSecrets.warnings, ...mqtt.warnings, ...noc.warnings];
  return ok({
    config: assemble(file, {
      ...{ bmcs: found.bmcs, trapSecrets, trapRules: trapRules.definitions },
      ...{ mqttFiles: mqtt.files, sinks: noc },
    }),
    warnings: inLineOrder([...doubts, ...warnings].map(at)).map(formatProblem),
    notices: [...devices.notices, ...trapRules.notices],
  });
};
