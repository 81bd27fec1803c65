/** Accepts each sequence number of a session once, within a window around the highest one seen. */
export interface SequenceWindow {
  /** True where the number is new and inside the window; it is then remembered. */
  accept(sequence: number): boolean;
}

const ahead = 15;
const behind = 16;

/**
 * The sliding window of IPMI 2.0 section 6.12.13: up to 15 ahead of the highest number seen, up to
 * 16 behind it; 0 is never valid inside a session and the numbers wrap past it. The first number
 * sets the window, since not every BMC starts at 1.
 */
export const createSequenceWindow = (): SequenceWindow => {
  let highest: number | undefined;
  /** Bit n: `highest - n` was seen. */
  let seen = 0;
  return {
    accept(sequence) {
      if (sequence === 0) return false;
      if (highest === undefined) {
        highest = sequence;
        seen = 1;
        return true;
      }
      const distance = (sequence - highest) | 0;
      if (distance > 0) {
        if (distance > ahead) return false;
        seen = (seen << distance) | 1;
        highest = sequence;
        return true;
      }
      if (-distance > behind) return false;
      const bit = 1 << -distance;
      if ((seen & bit) !== 0) return false;
      seen |= bit;
      return true;
    },
  };
};
