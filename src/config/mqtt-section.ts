import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { Secret } from '../core/secret.ts';
import { keyComplaint, readCertificates } from './certificates.ts';
import type { SecretSpec } from './driver.ts';
import type { Complaint } from './explain.ts';
import { type BrokerUrl, type MqttSection, parseBrokerUrl } from './mqtt-schema.ts';
import type { ConfigFile } from './schema.ts';
import { resolveSecrets, type SecretSources } from './secrets.ts';
import { isSection, valueAt } from './value.ts';

/** The `mqtt` section with its files read. */
export interface MqttConfig
  extends Pick<MqttSection, 'url' | 'user' | 'topicPrefix' | 'events' | 'keepAliveSeconds'>,
    MqttFiles {
  readonly broker: BrokerUrl;
  readonly clientId: string;
}

interface MqttFiles {
  readonly password?: Secret;
  /** PEM. */
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Secret;
}

/** What the files of the section held; paths of complaints begin at the root. */
export interface MqttReading {
  readonly files: MqttFiles;
  readonly problems: readonly Complaint[];
  readonly warnings: readonly Complaint[];
}

const secretSpecs: Record<string, SecretSpec> = {
  password: { required: false, maxBytes: 1024, describe: 'Password at the broker.' },
  key: { required: false, maxBytes: 4096, describe: 'Private key of the gateway.' },
};

type Section = Readonly<Record<string, unknown>>;

const filesOf = async (section: Section, sources: SecretSources): Promise<MqttReading> => {
  const { secrets, problems, warnings } = await resolveSecrets(secretSpecs, section, sources);
  const complaints = [...problems];
  const certificates: { ca?: Buffer; cert?: Buffer } = {};
  for (const name of ['ca', 'cert'] as const) {
    const given = section[`${name}File`];
    if (typeof given !== 'string' || given === '') continue;
    const found = await readCertificates(resolve(sources.folder, given));
    if (found.ok) certificates[name] = found.value;
    else complaints.push({ path: [`${name}File`], message: found.failure });
  }
  const { key, password } = secrets;
  const complaint = key && keyComplaint(key, certificates.cert);
  if (complaint !== undefined) {
    const given = Object.hasOwn(section, 'keyEnv') ? 'keyEnv' : 'keyFile';
    complaints.push({ path: [given], message: complaint });
  }
  const files = { ...certificates, ...(password && { password }), ...(key && { key }) };
  return { files, problems: complaints, warnings };
};

/** Reads the files that the raw `mqtt` section names. Never throws. */
export const readMqtt = async (root: unknown, sources: SecretSources): Promise<MqttReading> => {
  const section = valueAt(root, ['mqtt']);
  if (!isSection(section)) return { files: {}, problems: [], warnings: [] };
  const { files, problems, warnings } = await filesOf(section, sources);
  const inFile = (one: Complaint): Complaint => ({ ...one, path: ['mqtt', ...one.path] });
  return { files, problems: problems.map(inFile), warnings: warnings.map(inFile) };
};

/** The section as the bridge takes it; the schema has seen to it that the URL is good. */
export const assembleMqtt = (
  { cluster, self, mqtt }: Pick<ConfigFile, 'cluster' | 'self' | 'mqtt'>,
  files: MqttFiles,
): MqttConfig | undefined => {
  const broker = mqtt && parseBrokerUrl(mqtt.url);
  if (!mqtt || !broker) return undefined;
  const { url, user, topicPrefix, events, keepAliveSeconds } = mqtt;
  const clientId = mqtt.clientId ?? `noroshi-${cluster}-${self.node}`;
  return {
    ...{ url, broker, clientId, topicPrefix, events, keepAliveSeconds, ...files },
    ...(user !== undefined && { user }),
  };
};

const tlsKeys = ['caFile', 'certFile', 'keyFile', 'keyEnv'] as const;

/** What several keys of the section show only together, and what only the events themselves can tell. */
export const checkMqtt = (
  { mqtt }: Pick<ConfigFile, 'mqtt'>,
  isEventGlob: (glob: string) => boolean,
): Complaint[] => {
  if (!mqtt) return [];
  const { certFile, keyFile, keyEnv, events } = mqtt;
  const secure = parseBrokerUrl(mqtt.url)?.secure;
  const unused = secure ? [] : tlsKeys.filter((key) => mqtt[key] !== undefined);
  const key = keyFile ?? keyEnv;
  const complaints: Complaint[] = unused.map((name) => ({
    path: ['mqtt', name],
    message: 'is of use with mqtts:// only',
  }));
  if (certFile !== undefined && key === undefined)
    complaints.push({ path: ['mqtt', 'certFile'], message: 'needs a keyFile beside it' });
  if (certFile === undefined && key !== undefined)
    complaints.push({
      path: ['mqtt', keyFile ? 'keyFile' : 'keyEnv'],
      message: 'needs a certFile beside it',
    });
  const strange = events.flatMap((glob, index) => (isEventGlob(glob) ? [] : [index]));
  return [
    ...complaints,
    ...strange.map((index) => ({ path: ['mqtt', 'events', index], message: 'matches no event type' })),
  ];
};

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** What is allowed and unwise. */
export const doubtMqtt = ({ mqtt }: Pick<ConfigFile, 'mqtt'>): Complaint[] => {
  const broker = mqtt && parseBrokerUrl(mqtt.url);
  const password = mqtt?.passwordFile ?? mqtt?.passwordEnv;
  if (!broker || broker.secure || password === undefined || isLoopback(broker.host)) return [];
  const message = 'the password crosses the network in the clear; mqtts:// would encrypt it';
  return [{ path: ['mqtt', 'url'], message }];
};
