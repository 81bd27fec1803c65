import type { CallOffSignal } from './call-off.ts';

/** A pending call; `cancel` is harmless after it ran. */
export interface Timer {
  cancel(): void;
}

/**
 * Time as a parameter. Everything that waits or stamps takes a clock, so that planners and tests
 * run on a virtual one. This file is the only place that touches the platform's timers.
 */
export interface Clock {
  /** Wall clock in milliseconds since 1970, for people and for the journal; may step. */
  wallMs(): number;
  /** Monotonic milliseconds from an arbitrary origin: the only clock decisions may use. */
  nowMs(): number;
  /** Calls `run` once, `delayMs` from now. */
  after(delayMs: number, run: () => void): Timer;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  nowMs: () => performance.now(),
  after(delayMs, run) {
    const handle = setTimeout(run, Math.max(0, delayMs));
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Wall time as the journal and the sockets write it: ISO 8601, UTC, milliseconds. */
export const isoNow = (clock: Clock): string => new Date(clock.wallMs()).toISOString();

/** {@link isoNow} for those who ask thousands of times a second: what falls into one millisecond is written once. */
export const createStamp = (clock: Clock): (() => string) => {
  let lastMs = Number.NaN;
  let text = '';
  return () => {
    const wallMs = clock.wallMs();
    if (wallMs !== lastMs) text = new Date(wallMs).toISOString();
    lastMs = wallMs;
    return text;
  };
};

/** Resolves `delayMs` from now, or at once when `signal` calls it off (it never rejects). */
export const sleep = (clock: Clock, delayMs: number, signal?: CallOffSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.calledOff) return resolve();
    const done = () => {
      timer.cancel();
      signal?.forget(done);
      resolve();
    };
    const timer = clock.after(delayMs, done);
    signal?.listen(done);
  });

/** Marks the end of a wait in {@link within}. */
export const timedOut = Symbol('timedOut');

/** The promise's value, or {@link timedOut} when `limitMs` pass first; the promise itself goes on. */
export const within = async <T>(
  clock: Clock,
  limitMs: number,
  promise: Promise<T>,
): Promise<T | typeof timedOut> => {
  let timer: Timer | undefined;
  const limit = new Promise<typeof timedOut>((resolve) => {
    timer = clock.after(limitMs, () => resolve(timedOut));
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    timer?.cancel();
  }
};
