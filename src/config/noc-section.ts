import { resolve } from 'node:path';
import type { Secret } from '../core/secret.ts';
import { keyComplaint, readCertificates } from './certificates.ts';
import type { SecretSpec } from './driver.ts';
import { schemaNodeOf } from './expectation.ts';
import { type Complaint, explain } from './explain.ts';
import { type SinkSection, type SinkType, sinkSchemas } from './noc-schema.ts';
import type { ConfigFile } from './schema.ts';
import { resolveSecrets, type SecretSources } from './secrets.ts';
import { isSection, valueAt } from './value.ts';

/** One sink with its files read. */
export interface SinkConfig {
  readonly section: SinkSection;
  readonly secrets: Readonly<Record<string, Secret>>;
  /** PEM. */
  readonly certificates: { readonly ca?: Buffer; readonly cert?: Buffer };
}

/** The `noc` section with its files read. */
export interface NocConfig {
  readonly baseOid: string;
  /** By name; without a prototype. */
  readonly sinks: Readonly<Record<string, SinkConfig>>;
}

/** What the sinks of the raw section came to; paths of complaints begin at the root. */
export interface NocReading {
  readonly sinks: ReadonlyMap<string, SinkConfig>;
  readonly problems: readonly Complaint[];
  readonly warnings: readonly Complaint[];
}

const secretSpecs: Readonly<Record<SinkType, Readonly<Record<string, SecretSpec>>>> = {
  snmp: {
    community: { required: false, maxBytes: 255, describe: 'Community.' },
    auth: { required: false, maxBytes: 1024, describe: 'Authentication passphrase.' },
    priv: { required: false, maxBytes: 1024, describe: 'Privacy passphrase.' },
  },
  syslog: { key: { required: false, maxBytes: 4096, describe: 'Private key.' } },
  mail: { password: { required: false, maxBytes: 1024, describe: 'Password.' } },
};

type Section = Readonly<Record<string, unknown>>;

/** RFC 3414 section 11.2. */
const leastPassphraseBytes = 8;

const isType = (type: unknown): type is SinkType =>
  typeof type === 'string' && Object.hasOwn(sinkSchemas, type);

const keyOf = (section: Section, name: string): string =>
  Object.hasOwn(section, `${name}Env`) ? `${name}Env` : `${name}File`;

const needs = (name: string, what: string): Complaint => ({
  path: [],
  message: `${what}; give ${name}File or ${name}Env`,
});

type Given<Type extends SinkType> = Extract<SinkSection, { type: Type }>;
type Secrets = SinkConfig['secrets'];

const checkV3 = (section: Given<'snmp'>, secrets: Secrets): Complaint[] => {
  const short = (['auth', 'priv'] as const).filter((key) => {
    const secret = secrets[key];
    return secret !== undefined && secret.length < leastPassphraseBytes;
  });
  const weak = section.authProtocol === 'sha1' || section.authProtocol === 'sha224';
  return [
    ...(section.user === undefined ? [{ path: ['user'], message: 'is missing; v3 has users' }] : []),
    ...(secrets.auth ? [] : [needs('auth', 'v3 has an authentication passphrase')]),
    ...short.map((key) => ({
      path: [keyOf(section, key)],
      message: `a passphrase of SNMPv3 has ${leastPassphraseBytes} bytes at least`,
    })),
    ...(section.privProtocol === 'aes256' && weak
      ? [{ path: ['privProtocol'], message: 'aes256 needs sha256, sha384 or sha512' }]
      : []),
  ];
};

const checkSnmp = (section: Given<'snmp'>, secrets: Secrets): Complaint[] => {
  if (section.version === 'v3') return checkV3(section, secrets);
  const complaints: Complaint[] = secrets.community
    ? []
    : [needs('community', `${section.version} has a community`)];
  if (section.version === 'v1' && section.notification === 'inform')
    complaints.push({ path: ['notification'], message: 'v1 has traps only' });
  return complaints;
};

const checkSyslog = (section: Given<'syslog'>, secrets: Secrets, cert: Buffer | undefined): Complaint[] => {
  const tlsKeys = ['tlsName', 'caFile', 'certFile', 'keyFile', 'keyEnv'] as const;
  if (section.transport !== 'tls') {
    const unused = tlsKeys.filter((key) => section[key] !== undefined);
    return unused.map((key) => ({ path: [key], message: 'is of use with transport: tls only' }));
  }
  const complaint = secrets.key && keyComplaint(secrets.key, cert);
  if (complaint !== undefined) return [{ path: [keyOf(section, 'key')], message: complaint }];
  if (secrets.key && section.certFile === undefined)
    return [{ path: [keyOf(section, 'key')], message: 'needs a certFile beside it' }];
  return section.certFile !== undefined && !secrets.key
    ? [{ path: ['certFile'], message: 'needs a keyFile beside it' }]
    : [];
};

const checkMail = (section: Given<'mail'>, secrets: Secrets): Complaint[] => {
  if (secrets.password && section.user === undefined)
    return [{ path: ['user'], message: 'is missing; a password needs one' }];
  if (section.user !== undefined && !secrets.password)
    return [needs('password', `the user ${section.user} has a password`)];
  return secrets.password && section.security === 'none'
    ? [{ path: ['security'], message: 'a password never goes out in the clear; use starttls or tls' }]
    : [];
};

const checkOne = (section: SinkSection, secrets: Secrets, cert: Buffer | undefined): Complaint[] => {
  switch (section.type) {
    case 'snmp':
      return checkSnmp(section, secrets);
    case 'syslog':
      return checkSyslog(section, secrets, cert);
    case 'mail':
      return checkMail(section, secrets);
  }
};

const readCertificateFiles = async (section: Section, folder: string) => {
  const certificates: { ca?: Buffer; cert?: Buffer } = {};
  const problems: Complaint[] = [];
  for (const name of ['ca', 'cert'] as const) {
    const given = section[`${name}File`];
    if (typeof given !== 'string' || given === '') continue;
    const found = await readCertificates(resolve(folder, given));
    if (found.ok) certificates[name] = found.value;
    else problems.push({ path: [`${name}File`], message: found.failure });
  }
  return { certificates, problems };
};

/** One sink; paths of complaints begin inside its section. */
export const readSink = async (
  section: Section,
  sources: SecretSources,
): Promise<Pick<NocReading, 'problems' | 'warnings'> & { readonly sink?: SinkConfig }> => {
  const { type } = section;
  if (!isType(type)) return { problems: [], warnings: [] };
  const schema = sinkSchemas[type];
  const parsed = schema.safeParse(section);
  const { secrets, problems, warnings } = await resolveSecrets(secretSpecs[type], section, sources);
  const files = await readCertificateFiles(section, sources.folder);
  const found = [...problems, ...files.problems];
  if (!parsed.success) {
    const { issues } = parsed.error;
    const complaints = explain({ issues, schema: schemaNodeOf(schema), value: section });
    // What is said of a secret goes before what the schema says of its key.
    const told = new Set(found.map(({ path }) => JSON.stringify(path)));
    return {
      problems: [...found, ...complaints.filter(({ path }) => !told.has(JSON.stringify(path)))],
      warnings,
    };
  }
  const own = found.length > 0 ? found : checkOne(parsed.data, secrets, files.certificates.cert);
  if (own.length > 0) return { problems: own, warnings };
  return {
    sink: { section: parsed.data, secrets, certificates: files.certificates },
    problems: [],
    warnings,
  };
};

/** Reads the sinks of the raw `noc` section with their secrets. Never throws. */
export const readNoc = async (root: unknown, sources: SecretSources): Promise<NocReading> => {
  const sections = valueAt(root, ['noc', 'sinks']);
  const sinks = new Map<string, SinkConfig>();
  const problems: Complaint[] = [];
  const warnings: Complaint[] = [];
  for (const [name, section] of Object.entries(isSection(sections) ? sections : {})) {
    if (!isSection(section)) continue;
    const found = await readSink(section, sources);
    const inFile = (one: Complaint): Complaint => ({ ...one, path: ['noc', 'sinks', name, ...one.path] });
    problems.push(...found.problems.map(inFile));
    warnings.push(...found.warnings.map(inFile));
    if (found.sink) sinks.set(name, found.sink);
  }
  return { sinks, problems, warnings };
};

/** What only the rest of the file and the events themselves can tell of the filters. */
export const checkNoc = (
  { servers }: Pick<ConfigFile, 'servers'>,
  { sinks }: Pick<NocReading, 'sinks'>,
  isEventGlob: (glob: string) => boolean,
): Complaint[] =>
  [...sinks].flatMap(([name, { section }]) => {
    const at = ['noc', 'sinks', name];
    const globs = (section.events ?? []).flatMap((glob, index) =>
      isEventGlob(glob) ? [] : [{ path: [...at, 'events', index], message: 'matches no event type' }],
    );
    const strangers = (section.servers ?? []).flatMap((server, index) =>
      Object.hasOwn(servers, server)
        ? []
        : [{ path: [...at, 'servers', index], message: `there is no server ${server}` }],
    );
    const taken =
      name === 'mqtt' ? [{ path: at, message: 'is the name of the MQTT bridge; take another' }] : [];
    return [...globs, ...strangers, ...taken];
  });

/** Mail in the clear, and a community that everybody tries first. */
export const doubtNoc = ({ sinks }: Pick<NocReading, 'sinks'>): Complaint[] =>
  [...sinks].flatMap(([name, { section }]) =>
    section.type === 'mail' && section.security === 'none'
      ? [{ path: ['noc', 'sinks', name, 'security'], message: 'the mails cross the network in the clear' }]
      : [],
  );

/** The section as the gateway takes it. */
export const assembleNoc = (
  noc: NonNullable<ConfigFile['noc']>,
  { sinks }: Pick<NocReading, 'sinks'>,
): NocConfig => ({
  baseOid: noc.baseOid,
  sinks: Object.assign(Object.create(null) as Record<string, SinkConfig>, Object.fromEntries(sinks)),
});
