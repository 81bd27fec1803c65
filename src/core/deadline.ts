import type { Clock } from './clock.ts';

/** A point on the monotonic clock by which something must be over. */
export interface Deadline {
  readonly atMs: number;
  /** Milliseconds left, never negative. */
  remainingMs(): number;
  passed(): boolean;
}

/** The deadline `lengthMs` from now. */
export const deadlineIn = (clock: Clock, lengthMs: number): Deadline =>
  deadlineAt(clock, clock.nowMs() + lengthMs);

/** The deadline at a given monotonic time. */
export const deadlineAt = (clock: Clock, atMs: number): Deadline => ({
  atMs,
  remainingMs: () => Math.max(0, atMs - clock.nowMs()),
  passed: () => clock.nowMs() >= atMs,
});
