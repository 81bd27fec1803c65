import { passingCodes } from '../core/bmc-failures.ts';
import type { Reason } from '../core/outcome.ts';
import type { Rehearsal } from './rehearsal.ts';

/**
 * Whether a forced stop of a server would work, as far as everything short of it can tell. *Unknown*
 * where nothing was tried since the start, or too long ago. Times are ISO 8601 UTC.
 */
export interface Readiness {
  readonly ready: 'yes' | 'no' | 'unknown';
  /** When it was last seen to work, since the start of the gateway. */
  readonly provedAt?: string;
  /** When it was last tried, whatever came of it. */
  readonly checkedAt?: string;
  /** A clause in English: what the answer rests on. */
  readonly because: string;
  readonly reason?: Reason;
}

/** What the rehearsals of one server have come to so far. */
export interface RehearsalRecord {
  readonly last: { readonly rehearsal: Shown; readonly at: string; readonly atMs: number } | undefined;
  readonly provedAt: string | undefined;
}

/** A rehearsal that shows something. */
export type Shown = Exclude<Rehearsal, { kind: 'calledOff' }>;

export const nothingTried: RehearsalRecord = { last: undefined, provedAt: undefined };

/** When something was tried: for people, and on the monotonic clock. */
export interface Moment {
  readonly at: string;
  readonly nowMs: number;
}

export const afterRehearsal = (
  before: RehearsalRecord,
  rehearsal: Shown,
  { at, nowMs }: Moment,
): RehearsalRecord => ({
  last: { rehearsal, at, atMs: nowMs },
  provedAt: rehearsal.kind === 'works' ? at : before.provedAt,
});

/**
 * The word with which a BMC refused our password. Every further try could lock the account, for the forced stop,
 * too: it is left alone until the configuration was loaded anew, or somebody else's login there came through.
 */
export const refusedPassword = (record: RehearsalRecord): Reason | undefined => {
  const rehearsal = record.last?.rehearsal;
  const reason = rehearsal?.kind === 'fails' ? rehearsal.reason : rehearsal?.bmc;
  return reason?.code === 'bmc.auth' ? reason : undefined;
};

const failsByPassword = ({ last }: RehearsalRecord): boolean =>
  last?.rehearsal.kind === 'fails' && last.rehearsal.reason.code === 'bmc.auth';

/** What it says now; `limitMs` is how old an answer may be. A refused password does not get better by waiting. */
export const readinessOf = (record: RehearsalRecord, nowMs: number, limitMs: number): Readiness => {
  const { last, provedAt } = record;
  if (!last) return { ready: 'unknown', because: 'nothing was tried since the gateway started' };
  const times = { checkedAt: last.at, ...(provedAt !== undefined && { provedAt }) };
  const { rehearsal } = last;
  if (nowMs - last.atMs > limitMs && !failsByPassword(record))
    return { ready: 'unknown', ...times, because: 'the last try is too long ago' };
  if (rehearsal.kind === 'works') return { ready: 'yes', ...times, because: rehearsal.because };
  const { reason } = rehearsal;
  const suspended = failsByPassword(record)
    ? '; it is not tried again before a reload, so that no account is locked'
    : '';
  return { ready: 'no', ...times, because: `${reason.message}${suspended}`, reason };
};

const soonMs = 60_000;
/** With a wrong K_g every try leaves a session in the BMC until its idle limit of a minute. */
const patientMs = 300_000;

const steadyPauseMs = (record: RehearsalRecord, intervalMs: number): number => {
  const rehearsal = record.last?.rehearsal;
  if (rehearsal?.kind !== 'fails') return intervalMs;
  return passingCodes.has(rehearsal.reason.code)
    ? Math.min(intervalMs, soonMs)
    : Math.max(intervalMs, patientMs);
};

/**
 * How long until the next rehearsal, in milliseconds. `luck`, 0 to 1, moves it by up to a twentieth, so that the gateways
 * of a cluster do not meet at a BMC every time.
 */
export const pauseAfter = (record: RehearsalRecord, intervalMs: number, luck: number): number =>
  steadyPauseMs(record, intervalMs) * (0.95 + 0.1 * luck);

/** Whether the outside ought to hear of it: another answer, or another reason. */
export const isNews = (
  known: { readonly ready: boolean; readonly reason?: Reason | undefined } | undefined,
  shown: Shown,
): boolean => {
  if (!known || known.ready !== (shown.kind === 'works')) return true;
  return shown.kind === 'fails' && known.reason?.code !== shown.reason.code;
};
