import { hostname } from 'node:os';
import { howOf } from '../app/noc-senders.ts';
import type { SenderEngine, SnmpTarget } from '../bridge/noc/snmp/target.ts';
import { readSink } from '../config/noc-section.ts';
import type { Clock } from '../core/clock.ts';
import { CodedError } from '../core/errors.ts';
import { parseDuration } from './duration.ts';
import { bytesOfHex } from './varbind-words.ts';

/** To whom a test notification goes, and as whom. Secrets are in files: a command line is everybody's to read. */
export interface TrapTargetOptions {
  readonly to: string;
  readonly snmp?: string;
  readonly inform?: boolean;
  readonly communityFile?: string;
  readonly user?: string;
  readonly authProtocol?: string;
  readonly authFile?: string;
  readonly privProtocol?: string;
  readonly privFile?: string;
  readonly agentAddress?: string;
  readonly engineId?: string;
  readonly answer?: string;
  readonly tries?: string;
}

const wrong = (message: string): CodedError => new CodedError('usage', message);

const usualPort = 162;

/** `HOST`, `HOST:PORT`, `[IPV6]:PORT`. Throws a `usage` error where it is none of them. */
export const placeOf = (to: string): { readonly host: string; readonly port: number } => {
  const [, six, name, digits] = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(to) ?? [];
  const host = six ?? name;
  const port = digits === undefined ? usualPort : Number(digits);
  if (host === undefined || port < 1 || port > 65_535)
    throw wrong(`"${to}" is no receiver; write HOST:PORT, or [IPV6]:PORT`);
  return { host, port };
};

/** Keys of a sink's section by the option that gives them. */
const optionOf: Readonly<Record<string, string>> = {
  ...{ host: '--to', port: '--to', version: '--snmp', notification: '--inform' },
  ...{ communityFile: '--community-file', user: '--user', agentAddress: '--agent-address' },
  ...{ authProtocol: '--auth-protocol', authFile: '--auth-file' },
  ...{ privProtocol: '--priv-protocol', privFile: '--priv-file' },
  ...{ answerSeconds: '--answer', tries: '--tries' },
};

const secondsOf = (duration: string): number => {
  const parsed = parseDuration(duration);
  if (!parsed.ok) throw wrong(`--answer: ${parsed.failure}`);
  return parsed.value / 1000;
};

/** The options as a section `noc.sinks.NAME` has them, so that one schema says what goes together. */
const sectionOf = (options: TrapTargetOptions, version: string): Record<string, unknown> => {
  const { inform, communityFile, user, authProtocol, authFile, privProtocol, privFile, agentAddress } =
    options;
  const { answer, tries } = options;
  const given = {
    ...{ type: 'snmp', ...placeOf(options.to), version, notification: inform ? 'inform' : 'trap' },
    ...{ communityFile, user, authProtocol, authFile, privProtocol, privFile, agentAddress },
    ...(answer !== undefined && { answerSeconds: secondsOf(answer) }),
    ...(tries !== undefined && { tries: /^\d+$/.test(tries) ? Number(tries) : tries }),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
};

/** What the options lack, in their own words. */
const lackOf = ({ communityFile, user, authFile }: TrapTargetOptions, version: string) => {
  if (version === 'v3') {
    if (user === undefined) return 'v3 has users; give --user NAME';
    return authFile === undefined ? 'v3 has an authentication passphrase; give --auth-file FILE' : undefined;
  }
  return communityFile === undefined ? `${version} has a community; give --community-file FILE` : undefined;
};

/**
 * The receiver, checked as a sink of the NOC is. `warnings` are of secret files that are open to everybody. Throws a
 * `usage` error that names the option.
 */
export const trapTargetOf = async (
  options: TrapTargetOptions,
  version: string,
): Promise<{ readonly target: Omit<SnmpTarget, 'baseOid'>; readonly warnings: readonly string[] }> => {
  const lack = lackOf(options, version);
  if (lack !== undefined) throw wrong(lack);
  const sources = { folder: process.cwd(), environment: {}, openFiles: 'warn' } as const;
  const { sink, problems, warnings } = await readSink(sectionOf(options, version), sources);
  const said = ({ path, message }: { path: readonly PropertyKey[]; message: string }) =>
    `${optionOf[String(path[0])] ?? 'the options'}: ${message}`;
  const [problem] = problems;
  if (problem) throw wrong(said(problem));
  if (sink?.section.type !== 'snmp') throw new Error('a checked receiver is no SNMP sink');
  const { host, port = usualPort, agentAddress, answerSeconds, tries } = sink.section;
  const how = howOf(sink.section, sink);
  return {
    target: {
      ...{ host, port, how, tries, answerMs: answerSeconds * 1000 },
      ...(agentAddress !== undefined && { agentAddress }),
    },
    warnings: warnings.map(said),
  };
};

/** RFC 3411 section 5, format 4 (text), under the enterprise number that RFC 5612 keeps for examples. */
const idPrefix = '80007ed904';
const mostTextBytes = 27;
/** Boots count from here, so that they stay below 2^31 for as long as anybody will run this. */
const firstBootMs = Date.UTC(2026, 0, 1);

/**
 * This command as the engine of its v3 traps: one id for each machine, which a receiver can be told of. Boots are the
 * seconds since 2026, so that a later run is a later boot and nothing need be kept on disk.
 */
export const commandEngine = (clock: Clock, engineId: string | undefined): SenderEngine => {
  const text = Buffer.from(`trap-send ${hostname()}`).subarray(0, mostTextBytes);
  const id =
    engineId === undefined ? Buffer.from(`${idPrefix}${text.toString('hex')}`, 'hex') : bytesOfHex(engineId);
  if (!id || id.length < 5 || id.length > 32)
    throw wrong(`--engine-id: "${engineId}" is no engine id: 5 to 32 bytes in hex`);
  const startedMs = clock.nowMs();
  return {
    id,
    boots: Math.max(1, Math.floor((clock.wallMs() - firstBootMs) / 1000)),
    time: () => Math.floor((clock.nowMs() - startedMs) / 1000),
  };
};
