import { resolve } from 'node:path';
import { fail, ok, type Result } from '../core/result.ts';
import { Secret } from '../core/secret.ts';
import type { SecretSpec } from './driver.ts';
import type { Complaint } from './explain.ts';
import { readBounded } from './files.ts';

/** Largest secret file, in bytes. */
const maxFileBytes = 4096;
/** Permission bits that let everybody in. */
const othersMask = 0o007;

/** The ways a secret may be given in YAML, by the key. */
type Form = 'file' | 'environment' | 'hexFile' | 'literal';

/** One key of a section that gives a secret. */
interface SecretKey {
  readonly key: string;
  readonly form: Form;
}

/** What secret keys are resolved with. */
export interface SecretSources {
  /** Folder of the configuration file: relative paths begin there. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Secret files that every user can open: a start takes them with a warning, a reload has a better choice. */
  readonly openFiles: 'warn' | 'refuse';
}

/** What became of the secrets of a section; paths of complaints are keys of the section. */
export interface ResolvedSecrets {
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly problems: readonly Complaint[];
  readonly warnings: readonly Complaint[];
}

const keysFor = (name: string, spec: SecretSpec): SecretKey[] => [
  { key: `${name}File`, form: 'file' },
  { key: `${name}Env`, form: 'environment' },
  ...(spec.hex ? [{ key: `${name}HexFile`, form: 'hexFile' } as const] : []),
  { key: name, form: 'literal' },
];

/** The keys by which an operator may give these secrets. */
export const secretKeys = (specs: Readonly<Record<string, SecretSpec>>): string[] =>
  Object.entries(specs).flatMap(([name, spec]) => usableKeys(name, spec));

/** The keys by which an operator may give one secret: never the bare name, which would be the secret itself. */
export const usableKeys = (name: string, spec: SecretSpec): string[] =>
  keysFor(name, spec)
    .filter(({ form }) => form !== 'literal')
    .map(({ key }) => key);

const alternatives = (name: string, spec: SecretSpec): string => {
  const keys = usableKeys(name, spec);
  return `${keys.slice(0, -1).join(', ')} or ${keys.at(-1)}`;
};

interface Found {
  readonly bytes: Buffer;
  readonly warning?: string;
}

const withoutNewline = (bytes: Buffer): Buffer => {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
};

const fromFile = async (path: string): Promise<Result<Found, string>> => {
  const content = await readBounded(path, maxFileBytes);
  if (!content.ok) {
    const reason = content.failure === 'is too large' ? 'is larger than 4 KiB' : content.failure;
    return fail(`the file named here ${reason}`);
  }
  const bytes = withoutNewline(content.value.bytes);
  if (bytes.length === 0) return fail('the file named here is empty');
  if ((content.value.mode & othersMask) === 0) return ok({ bytes });
  const mode = (content.value.mode & 0o777).toString(8).padStart(4, '0');
  return ok({ bytes, warning: `the file named here is open to every user (mode ${mode}); chmod o= it` });
};

const fromHexFile = async (path: string): Promise<Result<Found, string>> => {
  const found = await fromFile(path);
  if (!found.ok) return found;
  const digits = found.value.bytes.toString('latin1');
  if (!/^([0-9A-Fa-f]{2})+$/.test(digits)) {
    return fail('the file named here must hold pairs of hex digits and nothing else');
  }
  return ok({ ...found.value, bytes: Buffer.from(digits, 'hex') });
};

const fromEnvironment = (variable: string, environment: NodeJS.ProcessEnv): Result<Found, string> => {
  const value = Object.hasOwn(environment, variable) ? environment[variable] : undefined;
  if (value === undefined) return fail('the environment variable named here is not set');
  return value === ''
    ? fail('the environment variable named here is empty')
    : ok({ bytes: Buffer.from(value) });
};

const read = async (form: Form, given: unknown, sources: SecretSources): Promise<Result<Found, string>> => {
  const wanted = form === 'environment' ? 'the name of an environment variable' : 'the path of a file';
  if (typeof given !== 'string' || given === '') return fail(`must be ${wanted}`);
  if (form === 'environment') return fromEnvironment(given, sources.environment);
  const path = resolve(sources.folder, given);
  return form === 'hexFile' ? fromHexFile(path) : fromFile(path);
};

interface Resolved {
  readonly secret?: Secret;
  readonly problems: readonly Complaint[];
  readonly warnings: readonly Complaint[];
}

const refused = (path: readonly string[], message: string): Resolved => ({
  problems: [{ path, message }],
  warnings: [],
});

const resolveOne = async (
  name: string,
  spec: SecretSpec,
  section: Readonly<Record<string, unknown>>,
  sources: SecretSources,
): Promise<Resolved> => {
  const given = keysFor(name, spec).filter(({ key }) => Object.hasOwn(section, key));
  const [first, second] = given;
  if (given.some(({ form }) => form === 'literal')) {
    const message = `a secret must not stand in this file; put it into a file of its own and name that with ${name}File`;
    return refused([name], message);
  }
  if (!first) {
    if (!spec.required) return { problems: [], warnings: [] };
    return refused([], `the ${name} is missing; give ${alternatives(name, spec)}`);
  }
  if (second) return refused([second.key], `give only one of ${given.map(({ key }) => key).join(' and ')}`);

  const found = await read(first.form, section[first.key], sources);
  if (!found.ok) return refused([first.key], found.failure);
  const { bytes, warning } = found.value;
  if (bytes.length > spec.maxBytes) {
    return refused([first.key], `the ${name} given here is longer than ${spec.maxBytes} bytes`);
  }
  if (warning !== undefined && sources.openFiles === 'refuse') return refused([first.key], warning);
  const warnings = warning === undefined ? [] : [{ path: [first.key], message: warning }];
  return { secret: new Secret(bytes), problems: [], warnings };
};

/**
 * The secrets of a driver's section. Messages repeat neither the values of these keys nor what was
 * found behind them: somebody may have put the password itself where its file belongs.
 */
export const resolveSecrets = async (
  specs: Readonly<Record<string, SecretSpec>>,
  section: Readonly<Record<string, unknown>>,
  sources: SecretSources,
): Promise<ResolvedSecrets> => {
  const secrets: Record<string, Secret> = {};
  const problems: Complaint[] = [];
  const warnings: Complaint[] = [];
  for (const [name, spec] of Object.entries(specs)) {
    const resolved = await resolveOne(name, spec, section, sources);
    if (resolved.secret) secrets[name] = resolved.secret;
    problems.push(...resolved.problems);
    warnings.push(...resolved.warnings);
  }
  return { secrets, problems, warnings };
};

/** Whether a key of a section speaks of a secret, be it allowed or not. */
export const isSecretKey = (specs: Readonly<Record<string, SecretSpec>>, key: string): boolean =>
  Object.entries(specs).some(([name, spec]) => keysFor(name, spec).some((known) => known.key === key));
