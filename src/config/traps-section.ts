import { Secret } from '../core/secret.ts';
import { canonicalAddress } from './addresses.ts';
import type { SecretSpec } from './driver.ts';
import type { Complaint } from './explain.ts';
import { nearest } from './nearest.ts';
import type { ConfigFile } from './schema.ts';
import { type ResolvedSecrets, resolveSecrets, type SecretSources } from './secrets.ts';
import type { TrapDefinition } from './trap-schema.ts';
import type { TrapsSection } from './traps-schema.ts';
import { isSection, valueAt } from './value.ts';

type UserSection = TrapsSection['users'][number];

/** A user of SNMPv3 as configured, with its passphrases. */
export interface TrapUserConfig
  extends Pick<UserSection, 'name' | 'authProtocol' | 'privProtocol' | 'engineIds'> {
  readonly auth: Secret;
  /** Without it the user's messages come in the clear. */
  readonly priv?: Secret;
}

/** The `traps` section with its secrets read and its addresses in the form the kernel writes them. */
export interface TrapsConfig
  extends Pick<TrapsSection, 'listen' | 'receiveBufferKiB' | 'dedupSeconds' | 'unknownSeconds' | 'storm'> {
  /** Name of the server or device, by address. */
  readonly sources: ReadonlyMap<string, string>;
  /** Forwarders of traps of those. */
  readonly relays: ReadonlySet<string>;
  readonly communities: readonly Secret[];
  readonly users: readonly TrapUserConfig[];
  readonly acknowledgePet?: { readonly owners: readonly string[] };
  /** The user's own first: where two know one trap, the first has the first word. */
  readonly definitions: readonly TrapDefinition[];
}

const communitiesSpec: Record<string, SecretSpec> = {
  communities: { required: false, maxBytes: 4096, describe: 'Communities, one in each line.' },
};

const userSpecs: Record<string, SecretSpec> = {
  auth: { required: true, maxBytes: 1024, describe: 'Authentication passphrase.' },
  priv: { required: false, maxBytes: 1024, describe: 'Privacy passphrase.' },
};

/** RFC 3414 section 11.2. */
const leastPassphraseBytes = 8;
const mostCommunityBytes = 255;
const mostCommunities = 64;

/** The secrets of the section; paths of complaints begin inside it. */
export interface TrapSecrets {
  readonly communities: readonly Secret[];
  readonly users: readonly ResolvedSecrets['secrets'][];
  readonly problems: readonly Complaint[];
  readonly warnings: readonly Complaint[];
}

const linesOf = (secret: Secret): Buffer[] => {
  const lines: Buffer[] = [];
  const bytes = secret.reveal();
  for (let from = 0; from <= bytes.length; ) {
    const at = bytes.indexOf(0x0a, from);
    const end = at < 0 ? bytes.length : at;
    const line = bytes.subarray(from, bytes[end - 1] === 0x0d && end > from ? end - 1 : end);
    if (line.length > 0) lines.push(line);
    from = end + 1;
  }
  return lines;
};

const readCommunities = async (section: Record<string, unknown>, sources: SecretSources) => {
  const { secrets, problems, warnings } = await resolveSecrets(communitiesSpec, section, sources);
  const lines = secrets.communities ? linesOf(secrets.communities) : [];
  const complaints = [...problems];
  const key = Object.hasOwn(section, 'communitiesEnv') ? 'communitiesEnv' : 'communitiesFile';
  if (lines.some((line) => line.length > mostCommunityBytes))
    complaints.push({ path: [key], message: `a community here is longer than ${mostCommunityBytes} bytes` });
  if (lines.length > mostCommunities)
    complaints.push({ path: [key], message: `may hold ${mostCommunities} communities at most` });
  return { communities: lines.map((line) => new Secret(line)), problems: complaints, warnings };
};

const shortPassphrases = (
  section: Record<string, unknown>,
  secrets: ResolvedSecrets['secrets'],
): Complaint[] =>
  Object.entries(secrets).flatMap(([name, secret]) => {
    if (secret.length >= leastPassphraseBytes) return [];
    const key = Object.hasOwn(section, `${name}Env`) ? `${name}Env` : `${name}File`;
    const message = `a passphrase of SNMPv3 has ${leastPassphraseBytes} bytes at least`;
    return [{ path: [key], message }];
  });

const readUser = async (section: unknown, sources: SecretSources): Promise<ResolvedSecrets> => {
  if (!isSection(section)) return { secrets: {}, problems: [], warnings: [] };
  const found = await resolveSecrets(userSpecs, section, sources);
  return { ...found, problems: [...found.problems, ...shortPassphrases(section, found.secrets)] };
};

/** Reads the secrets of the raw `traps` section. Never throws. */
export const readTrapSecrets = async (root: unknown, sources: SecretSources): Promise<TrapSecrets> => {
  const section = valueAt(root, ['traps']);
  if (!isSection(section)) return { communities: [], users: [], problems: [], warnings: [] };
  const { communities, problems, warnings } = await readCommunities(section, sources);
  const given = Array.isArray(section.users) ? section.users : [];
  const users = await Promise.all(given.map((user) => readUser(user, sources)));
  const inFile = (found: ResolvedSecrets['problems'], ...path: (string | number)[]): Complaint[] =>
    found.map((one) => ({ ...one, path: ['traps', ...path, ...one.path] }));
  return {
    communities,
    users: users.map(({ secrets }) => secrets),
    problems: [...inFile(problems), ...users.flatMap((user, index) => inFile(user.problems, 'users', index))],
    warnings: [...inFile(warnings), ...users.flatMap((user, index) => inFile(user.warnings, 'users', index))],
  };
};

/** The section as the receiver takes it. */
export const assembleTraps = (
  section: TrapsSection,
  secrets: TrapSecrets,
  definitions: readonly TrapDefinition[],
): TrapsConfig => {
  const { listen, receiveBufferKiB, dedupSeconds, unknownSeconds, storm, acknowledgePet } = section;
  const sources = new Map(
    Object.entries(section.sources).map(([address, name]) => [canonicalAddress(address) ?? address, name]),
  );
  const relays = new Set(section.relays.map((address) => canonicalAddress(address) ?? address));
  const users = section.users.flatMap((user, index): TrapUserConfig[] => {
    const { auth, priv } = secrets.users[index] ?? {};
    const { name, authProtocol, privProtocol, engineIds } = user;
    return auth ? [{ name, authProtocol, privProtocol, engineIds, auth, ...(priv && { priv }) }] : [];
  });
  const { communities } = secrets;
  const judged = { dedupSeconds, unknownSeconds, storm };
  return {
    ...{ listen, receiveBufferKiB, ...judged, sources, relays, communities, users, definitions },
    ...(acknowledgePet && { acknowledgePet }),
  };
};

const repeatedAt = (keys: readonly string[]): number[] =>
  keys.flatMap((key, index) => (keys.indexOf(key) < index ? [index] : []));

/** Port 0 is another port each time. */
const placeOf = ({ address, port }: TrapsSection['listen'][number], index: number): string =>
  `${canonicalAddress(address)} ${port === 0 ? `any ${index}` : port}`;

/** What several keys of the section show only together. */
export const checkTraps = ({ traps }: Pick<ConfigFile, 'traps'>): Complaint[] => {
  if (!traps) return [];
  const addresses = Object.keys(traps.sources);
  const twice = 'stands here a second time';
  const complaints: Complaint[] = [
    ...repeatedAt(traps.listen.map(placeOf)).map((index) => ({
      path: ['traps', 'listen', index],
      message: twice,
    })),
    ...repeatedAt(traps.relays.map((address) => canonicalAddress(address) ?? address)).map((index) => ({
      path: ['traps', 'relays', index],
      message: twice,
    })),
    ...repeatedAt(traps.users.map(({ name }) => name)).map((index) => ({
      path: ['traps', 'users', index, 'name'],
      message: twice,
    })),
    ...repeatedAt(addresses.map((address) => canonicalAddress(address) ?? address)).map((index) => ({
      path: ['traps', 'sources', addresses[index] ?? ''],
      message: `${addresses[index]} is the same address as another one`,
    })),
  ];
  const repeatedOwners = repeatedAt(traps.acknowledgePet?.owners ?? []).map((index) => ({
    path: ['traps', 'acknowledgePet', 'owners', index],
    message: 'names a machine a second time',
  }));
  complaints.push(...repeatedOwners);
  const communities = traps.communitiesFile !== undefined || traps.communitiesEnv !== undefined;
  if (communities || traps.users.length > 0) return complaints;
  const message = 'needs communitiesFile, users or both: nobody could send anything';
  return [...complaints, { path: ['traps'], message }];
};

/** Names that look like a slip: a trap of a server under a name that no server has raises nothing for it. */
export const doubtTraps = ({ traps, servers }: Pick<ConfigFile, 'traps' | 'servers'>): Complaint[] =>
  Object.entries(traps?.sources ?? {}).flatMap(([address, name]) => {
    const meant = Object.hasOwn(servers, name) ? undefined : nearest(name, Object.keys(servers));
    if (meant === undefined) return [];
    return [
      { path: ['traps', 'sources', address], message: `no server is called ${name}; is ${meant} meant?` },
    ];
  });
