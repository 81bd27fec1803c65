import { createCallOff } from '../../core/call-off.ts';
import { type Clock, sleep } from '../../core/clock.ts';

/**
 * How long a session stays open behind its user: with hundreds of servers to stop at once, the
 * goodbyes to the first must not hold up the last. BMCs have few slots, so the next login ends it.
 */
const lingerMs = 250;

/** Sessions that nobody uses any more and that are still to be closed. */
export interface Lingerers {
  /** Resolves when the session may be closed. */
  linger(): Promise<void>;
  /** Ends the lingering of all: a slot in the BMC is wanted, or everything ends. */
  hurry(): void;
}

export const createLingerers = (clock: Clock): Lingerers => {
  let hurrying = createCallOff();
  return {
    linger: () => sleep(clock, lingerMs, hurrying.signal),
    hurry() {
      hurrying.callOff();
      hurrying = createCallOff();
    },
  };
};
