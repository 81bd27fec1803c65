/** When a forced stop is not begun; see guards.ts. All in milliseconds. */
export interface GuardSettings {
  /** How long a server that was proved off, and has shown no life since, may ask for nothing; 0 for no such guard. */
  readonly requesterFencedMs: number;
  /** How long the answer of a failed attempt does for an identical request; 0 for no such guard. */
  readonly repeatMs: number;
  /** More servers than that may not be stopped within that time without quorum; undefined for no such guard. */
  readonly tooMany: { readonly servers: number; readonly withinMs: number } | undefined;
}

/** The times and guards forced stops keep; all in milliseconds. */
export interface FenceSettings {
  /** Deadline of a request that names none. */
  readonly deadlineMs: number;
  /** How long a job goes on observing after its deadline. */
  readonly observeMs: number;
  /** How long a forced stop waits for the journal before it goes on without it. */
  readonly journalLimitMs: number;
  /** How much before its deadline a job stops sending and decides, so that the answer can be written down. */
  readonly decisionMarginMs: number;
  /** How much before its deadline a caller is answered at the latest, written down or not. */
  readonly answerMarginMs: number;
  /** How long an accepted power-off may leave the server on before it is sent again. */
  readonly resendAfterMs: number;
  /** How long the later half of a cycle waits for the server to be read on. */
  readonly restartMs: number;
  /** How long a power-on that was not seen done may still come true. */
  readonly powerOnLimitMs: number;
  readonly guards: GuardSettings;
}

export const defaultFenceSettings: FenceSettings = {
  deadlineMs: 15_000,
  observeMs: 120_000,
  journalLimitMs: 500,
  decisionMarginMs: 150,
  answerMarginMs: 20,
  resendAfterMs: 5_000,
  restartMs: 60_000,
  powerOnLimitMs: 120_000,
  guards: { requesterFencedMs: 300_000, repeatMs: 1_000, tooMany: undefined },
};

const shortestPauseMs = 20;
const longestPauseMs = 1000;
const pauseShare = 1 / 40;

/**
 * The pause before the power is read again, so that readings begin 20 ms apart at first, then a
 * fortieth of the time waited so far, at most 1 s: the proof comes at most 2.5 % and one answer later
 * than the hardware, whatever its speed. `readingMs` is what the last reading took.
 */
export const pollPauseMs = (waitedMs: number, readingMs: number): number =>
  Math.max(shortestPauseMs, Math.min(longestPauseMs, waitedMs * pauseShare) - readingMs);

const firstRetryMs = 100;
const longestRetryMs = 2000;

/** The pause before a BMC that failed is tried again; `failures` counts from 1. */
export const retryPauseMs = (failures: number): number =>
  Math.min(longestRetryMs, firstRetryMs * 2 ** (failures - 1));
