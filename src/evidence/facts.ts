import type { ProofSource } from '../core/outcome.ts';
import type { ConfirmedOff } from '../events/view.ts';
import type { Knowledge, Seen } from './knowledge.ts';
import type { EvidenceLimits } from './limits.ts';

/** Who can tell something of a server. Heartbeats and feeds come here when they exist. */
export type EvidencePath = 'gateway' | 'power' | 'bmc' | 'engine' | 'operator';

/**
 * What a fact means for the verdict, whatever path it came by:
 * - `life`: the server runs, or has its power on;
 * - `off`: a proof, or the operator's word, that it is off;
 * - `noPower`: a proof that nothing feeds it;
 * - `standby`: something in it has power, which says nothing of whether it runs;
 * - `silence`: it was asked and did not answer; never a proof;
 * - `nothing`: a report, or a word that counts no more.
 */
export type Meaning = 'life' | 'off' | 'noPower' | 'standby' | 'silence' | 'nothing';

export interface Fact {
  readonly path: EvidencePath;
  readonly state: string;
  readonly shows: Meaning;
  /** A clause in English, without its age. */
  readonly says: string;
  /** Why it counts for nothing, as the end of the clause. */
  readonly doubt?: string;
  readonly source: string;
  /** Who proved it where that was not the BMC. */
  readonly by?: ProofSource;
  /** ISO 8601 UTC; missing where it is always so. */
  readonly at?: string;
  readonly ageMs: number;
  /** Missing where it does not grow old. */
  readonly limitMs?: number;
  /** Not older than its limit; only a fresh fact counts. */
  readonly fresh: boolean;
}

/** What the facts of one server are made of, and when: `nowMs` is monotonic, `wallMs` since 1970. */
export interface FactInput {
  readonly knowledge: Knowledge;
  readonly word: ConfirmedOff | undefined;
  /** Whether this gateway runs on the server: it never counts itself as off. */
  readonly self: boolean;
  /** See powerOnUntilMs. */
  readonly powerOnUntilMs: number | undefined;
  readonly limits: EvidenceLimits;
  readonly nowMs: number;
  readonly wallMs: number;
}

interface Told {
  readonly by?: ProofSource;
  readonly path: EvidencePath;
  readonly shows: Meaning;
  readonly says: string;
  readonly doubt?: string | undefined;
  readonly limitMs: number;
}

const ageOf = ({ nowMs }: FactInput, { seenMs }: Seen<string>): number =>
  Math.max(0, Math.round(nowMs - seenMs));

/** A fact that is doubted shows nothing. */
const fact = (input: FactInput, seen: Seen<string>, { doubt, ...told }: Told): Fact => {
  const { state, source, at } = seen;
  const ageMs = ageOf(input, seen);
  const shows = doubt === undefined ? told.shows : 'nothing';
  const base = { ...told, state, shows, source, at, ageMs, fresh: ageMs <= told.limitMs };
  return doubt === undefined ? base : { ...base, doubt };
};

const overruledWords = 'which the operator overruled';

/** Why a reading counts for nothing, as the end of its clause; undefined where it counts. */
const powerDoubt = ({ knowledge, powerOnUntilMs }: FactInput): string | undefined => {
  const { power, bmc } = knowledge;
  if (power?.setAside === 'overruled') return overruledWords;
  if (power?.setAside === 'stranger') return 'but another machine may have answered for it';
  // Mains that fail take server and BMC at once, so a BMC that fell silent does not vouch for what it said.
  if (power?.state === 'on') return bmc?.state === 'unreachable' ? 'but has been silent since' : undefined;
  const mayComeOn = power && powerOnUntilMs !== undefined && Date.parse(power.at) <= powerOnUntilMs;
  return mayComeOn ? 'but a power-on that was sent may still come true' : undefined;
};

const powerFact = (input: FactInput): Fact[] => {
  const { power } = input.knowledge;
  if (!power) return [];
  return [
    fact(input, power, {
      path: 'power',
      shows: power.state === 'on' ? 'life' : 'off',
      says:
        power.by === 'script'
          ? 'the script of the site proved it off'
          : `its BMC read the power ${power.state}`,
      ...(power.by && { by: power.by }),
      doubt: powerDoubt(input),
      limitMs: input.limits.powerMs,
    }),
  ];
};

const bmcWords = {
  ok: { shows: 'standby', says: 'its BMC answered' },
  unreachable: { shows: 'silence', says: 'its BMC did not answer' },
  refused: { shows: 'standby', says: 'its BMC answered with a refusal' },
} as const;

const bmcFact = (input: FactInput): Fact[] => {
  const { bmc } = input.knowledge;
  return bmc ? [fact(input, bmc, { path: 'bmc', ...bmcWords[bmc.state], limitMs: input.limits.bmcMs })] : [];
};

/**
 * Whether *up* was said before the power was first read off, and that counts: the server was up, and then it
 * went off. What is said at the same moment or later is life, however often the BMC says *off* again.
 */
const wentOffSince = (input: FactInput): boolean => {
  const { power, engine } = input.knowledge;
  if (!power || !engine || power.state !== 'off' || powerDoubt(input) !== undefined) return false;
  return engine.seenMs < power.sinceMs && ageOf(input, power) <= input.limits.powerMs;
};

const engineDoubt = (input: FactInput): string | undefined => {
  const { engine } = input.knowledge;
  if (engine?.state !== 'up') return undefined;
  if (engine.setAside) return overruledWords;
  return wentOffSince(input) ? 'before the power was read off' : undefined;
};

/** Only *up* counts: an engine calls a server down when it does not hear it, and that is silence. */
const engineFact = (input: FactInput): Fact[] => {
  const { engine } = input.knowledge;
  if (!engine) return [];
  return [
    fact(input, engine, {
      path: 'engine',
      shows: engine.state === 'up' ? 'life' : 'nothing',
      says: `the engine (${engine.source}) reported it ${engine.state}`,
      doubt: engineDoubt(input),
      limitMs: input.limits.engineMs,
    }),
  ];
};

const wordFact = ({ word, wallMs }: FactInput): Fact[] => {
  if (!word || word.endedSeq !== undefined) return [];
  const { at, requester, reason } = word;
  const says = `the operator's word that it is off (${requester}: ${reason}) came`;
  const ageMs = Math.max(0, wallMs - Date.parse(at));
  return [{ path: 'operator', state: 'off', shows: 'off', says, source: requester, at, ageMs, fresh: true }];
};

const selfFact: Fact = {
  ...{ path: 'gateway', state: 'running', shows: 'life', says: 'this gateway runs on it' },
  ...{ source: 'gateway', ageMs: 0, fresh: true },
};

/** Everything that is known of a server, the path that counts most first. */
export const factsOf = (input: FactInput): readonly Fact[] => [
  ...(input.self ? [selfFact] : []),
  ...powerFact(input),
  ...bmcFact(input),
  ...engineFact(input),
  ...wordFact(input),
];
