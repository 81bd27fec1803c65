import { type Clock, systemClock } from '../../src/core/clock.ts';

/** The machine's own clock, whose wall time a test can step; timers and the monotonic time go on as they do. */
export interface SteppedClock extends Clock {
  stepWall(byMs: number): void;
}

export const createSteppedClock = (): SteppedClock => {
  let offsetMs = 0;
  return {
    ...systemClock,
    wallMs: () => systemClock.wallMs() + offsetMs,
    stepWall(byMs) {
      offsetMs += byMs;
    },
  };
};
