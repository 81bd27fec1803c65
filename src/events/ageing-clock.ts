import type { Clock } from '../core/clock.ts';

/** What a clock is slewed by between two looks; more than this ahead is a step. */
const slackMs = 60_000;
/** A step ahead is believed when it has stood for so long. */
const provingMs = 86_400_000;

/**
 * The wall time by which events grow old. A wall clock that is set ahead by mistake must not drop what was recorded a
 * moment ago and is promised for days: a step ahead counts once it has stood for a day; until then time goes on as it did
 * before, by the monotonic clock. A step back counts at once: it keeps more. The size of the journal is bounded anyway.
 */
export const createAgeingClock = (clock: Pick<Clock, 'wallMs' | 'nowMs'>): (() => number) => {
  let believed = { wallMs: clock.wallMs(), nowMs: clock.nowMs() };
  let steppedAtMs: number | undefined;
  return () => {
    const nowMs = clock.nowMs();
    const wallMs = clock.wallMs();
    const expectedMs = believed.wallMs + (nowMs - believed.nowMs);
    const isAhead = wallMs > expectedMs + slackMs;
    if (isAhead) steppedAtMs ??= nowMs;
    if (isAhead && nowMs - (steppedAtMs ?? nowMs) < provingMs) return expectedMs;
    believed = { wallMs, nowMs };
    steppedAtMs = undefined;
    return wallMs;
  };
};
