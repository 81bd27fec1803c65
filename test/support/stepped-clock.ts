import { type Clock, systemClock } from '../../src/core/clock.ts';

/** The machine's own clock, whose times a test can set on; timers go on as they do. */
export interface SteppedClock extends Clock {
  /** As when somebody sets the wall clock. */
  stepWall(byMs: number): void;
  /** So much time has gone by, on both clocks. */
  pass(byMs: number): void;
}

export const createSteppedClock = (): SteppedClock => {
  let offsetMs = 0;
  let passedMs = 0;
  return {
    ...systemClock,
    wallMs: () => systemClock.wallMs() + offsetMs + passedMs,
    nowMs: () => systemClock.nowMs() + passedMs,
    stepWall(byMs) {
      offsetMs += byMs;
    },
    pass(byMs) {
      passedMs += byMs;
    },
  };
};
