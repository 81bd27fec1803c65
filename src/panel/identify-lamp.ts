import { type Backoff, backoffMs } from '../core/backoff.ts';
import type { EventData } from '../events/catalogue.ts';
import type { ServerView } from '../events/view.ts';

/** Times of identify lamps that blink for servers that are down; all in milliseconds. */
export interface LampTimes {
  /** How long one Chassis Identify lasts: the lamp goes out by itself if nobody is left to renew it. */
  readonly litMs: number;
  /** How often it is renewed; below half of `litMs`, one renewal may be lost without a dark moment. */
  readonly rearmMs: number;
  /** Pauses after attempts that failed. */
  readonly retry: Backoff;
}

/** The lamp is lit or renewed, or put out. */
export type Attempted = 'arm' | 'douse';

/** What one identify lamp has been told, as far as this gateway knows. Times are monotonic, in milliseconds. */
export interface Lamp {
  /** Until when it may be lit on our account; in the past where it is not. */
  readonly oursUntilMs: number;
  /** Until when it is lit because somebody asked for it. */
  readonly byHandUntilMs: number;
  readonly nextArmMs: number;
  /** The record says that it is lit. */
  readonly toldLit: boolean;
  /** Attempts of one kind that failed in a row, and when it may be tried again. */
  readonly failed?:
    | { readonly what: Attempted; readonly times: number; readonly againMs: number }
    | undefined;
}

/** What the lamp should be: lit while the server is down, left alone where this gateway is not its owner. */
export interface Wish {
  readonly owned: boolean;
  readonly lit: boolean;
}

/** What is to be done about a lamp now; a `wait` without a time ends with the next event. */
export type LampStep =
  | { readonly kind: Attempted }
  /** Its time has run out: only the record is to be put right. */
  | { readonly kind: 'expire' }
  | { readonly kind: 'wait'; readonly untilMs?: number };

const never = Number.NEGATIVE_INFINITY;

export const darkLamp: Lamp = {
  oursUntilMs: never,
  byHandUntilMs: never,
  nextArmMs: never,
  toldLit: false,
};

/** How long `noroshi identify SERVER on` lights a lamp where its record does not say (older versions). */
const byHandSeconds = 250;

/**
 * The lamp as the record of an earlier life leaves it. Renewals are not recorded, so a lamp that was lit for an
 * outage counts as lit for a whole period from now; one that was asked for keeps what is left of its time by
 * the wall clock, which may have been stepped, so it gets at most all of it.
 */
export const restoredLamp = (
  server: Pick<ServerView, 'lamp' | 'identifyLit'> | undefined,
  now: { readonly nowMs: number; readonly wallMs: number },
  { litMs }: LampTimes,
): Lamp => {
  const { lamp, identifyLit: toldLit = false } = server ?? {};
  if (!lamp) return { ...darkLamp, toldLit };
  const wholeMs = (lamp.seconds ?? byHandSeconds) * 1000;
  if (lamp.automatic) return { ...darkLamp, toldLit, oursUntilMs: now.nowMs + Math.max(wholeMs, litMs) };
  const leftMs = Math.min(wholeMs, Date.parse(lamp.at) + wholeMs - now.wallMs);
  return { ...darkLamp, toldLit, byHandUntilMs: now.nowMs + leftMs };
};

const litUntilMs = ({ oursUntilMs, byHandUntilMs }: Lamp): number => Math.max(oursUntilMs, byHandUntilMs);

const dueMs = ({ failed, nextArmMs }: Lamp, what: Attempted): number =>
  Math.max(what === 'arm' ? nextArmMs : never, failed?.what === what ? failed.againMs : never);

/** When the next attempt is due, and what it is; undefined where there is nothing to attempt. */
const nextAttempt = (
  lamp: Lamp,
  wish: Wish,
  nowMs: number,
): { what: Attempted; atMs: number } | undefined => {
  if (!wish.owned) return undefined;
  if (wish.lit) return { what: 'arm', atMs: dueMs(lamp, 'arm') };
  if (lamp.oursUntilMs <= nowMs) return undefined;
  return { what: 'douse', atMs: Math.max(lamp.byHandUntilMs, dueMs(lamp, 'douse')) };
};

/**
 * What is to be done now. A lamp that is to blink is renewed; one that blinks for no reason any more is put
 * out, but not before the time is over that somebody asked for.
 */
export const lampStep = (lamp: Lamp, wish: Wish, nowMs: number): LampStep => {
  const attempt = nextAttempt(lamp, wish, nowMs);
  if (attempt && attempt.atMs <= nowMs) return { kind: attempt.what };
  const endMs = litUntilMs(lamp);
  if (lamp.toldLit && endMs <= nowMs) return { kind: 'expire' };
  const times = [attempt?.atMs, lamp.toldLit ? endMs : undefined];
  const untilMs = Math.min(...times.flatMap((time) => time ?? []));
  return Number.isFinite(untilMs) ? { kind: 'wait', untilMs } : { kind: 'wait' };
};

/** What became of one attempt; `sent` where the lamp may have been told, whatever came back. */
export interface AttemptEnd {
  readonly what: Attempted;
  readonly done: boolean;
  readonly sent: boolean;
  /** The answer will not change by asking again: not tried until something changes. */
  readonly hopeless: boolean;
}

export interface Moments {
  readonly startedMs: number;
  readonly nowMs: number;
}

const afterDone = (lamp: Lamp, what: Attempted, moments: Moments, times: LampTimes): Lamp => {
  if (what === 'douse') return darkLamp;
  const nextArmMs = moments.startedMs + times.rearmMs;
  return { ...lamp, oursUntilMs: moments.nowMs + times.litMs, nextArmMs, toldLit: true, failed: undefined };
};

/** The lamp after an attempt. */
export const lampAfter = (lamp: Lamp, end: AttemptEnd, moments: Moments, times: LampTimes): Lamp => {
  const { what, done, sent, hopeless } = end;
  if (done) return afterDone(lamp, what, moments, times);
  const before = lamp.failed?.what === what ? lamp.failed.times : 0;
  const againMs = hopeless ? Number.POSITIVE_INFINITY : moments.nowMs + backoffMs(times.retry, before);
  const maybeLit = sent && what === 'arm' ? { oursUntilMs: moments.nowMs + times.litMs } : {};
  return { ...lamp, ...maybeLit, failed: { what, times: before + 1, againMs } };
};

/** Nothing is to be tried before the next renewal is due: the server seems to be back. */
export const lampPutOff = (lamp: Lamp, nowMs: number, { rearmMs }: LampTimes): Lamp => ({
  ...lamp,
  nextArmMs: nowMs + rearmMs,
});

/** The lamp after somebody switched it by hand. */
export const lampByHand = (
  { lit, seconds = byHandSeconds }: Pick<EventData<'identify.changed'>, 'lit' | 'seconds'>,
  nowMs: number,
  { rearmMs }: LampTimes,
): Lamp => {
  if (!lit) return darkLamp;
  return { ...darkLamp, byHandUntilMs: nowMs + seconds * 1000, nextArmMs: nowMs + rearmMs, toldLit: true };
};

/** A BMC that answers again, or another configuration, is reason enough to try at once. */
export const lampWithHope = (lamp: Lamp): Lamp => ({ ...lamp, failed: undefined });
