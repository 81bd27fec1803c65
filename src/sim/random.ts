/** A number from 0 up to, but not including, 1. */
export type Random = () => number;

/** A stream of random numbers for each name; the streams do not disturb one another. */
export type RandomStreams = (name: string) => Random;

/** FNV-1a: spreads a text over 32 bits. */
const hash32 = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
};

/**
 * Numbers that a seed repeats: a run that failed can be run again. The generator is mulberry32: fair
 * enough to drop packets by, and nothing to make keys of.
 */
export const createRandomStreams =
  (seed: number): RandomStreams =>
  (name) => {
    let state = hash32(`${seed}/${name}`);
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
    };
  };
