import type { Random } from '../../../src/sim/random.ts';

/** Bytes that a hostile network could send in the place of a BMC's answer. */

const below = (random: Random, limit: number): number => Math.floor(random() * limit);

const randomBytes = (random: Random, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => below(random, 256)));

const longestJunk = 200;
const mostFlips = 8;
/** RMCP, IPMI class; behind it the decoders look deeper. */
const rmcpHeader = Buffer.from([0x06, 0x00, 0xff, 0x07]);
const largestDatagram = 60_000;

/** Pairs, so that it can be spliced; both are real answers of a BMC. */
type Mutation = (real: Buffer, other: Buffer, random: Random) => Buffer;

const flipped: Mutation = (real, _other, random) => {
  const copy = Buffer.from(real);
  for (let flips = 1 + below(random, mostFlips); flips > 0 && copy.length > 0; flips -= 1) {
    const at = below(random, copy.length);
    copy[at] = (copy[at] as number) ^ (1 << below(random, 8));
  }
  return copy;
};

const cut: Mutation = (real, _other, random) => real.subarray(0, below(random, real.length + 1));
const extended: Mutation = (real, _other, random) =>
  Buffer.concat([real, randomBytes(random, below(random, longestJunk))]);
const replayed: Mutation = (real) => real;
const spliced: Mutation = (real, other, random) => {
  const at = below(random, real.length + 1);
  return Buffer.concat([real.subarray(0, at), other.subarray(at)]);
};
const junk: Mutation = (_real, _other, random) => randomBytes(random, below(random, longestJunk));
const headedJunk: Mutation = (_real, _other, random) =>
  Buffer.concat([rmcpHeader, randomBytes(random, below(random, longestJunk))]);
const huge: Mutation = (real) => Buffer.concat([real, Buffer.alloc(largestDatagram)]);

const mutations: readonly Mutation[] = [
  flipped,
  flipped,
  flipped,
  cut,
  extended,
  replayed,
  replayed,
  spliced,
  junk,
  headedJunk,
];
const chanceOfHuge = 0.0005;

/** Something that is almost an answer, or nothing like one. `real` are answers that were given; not empty. */
export const hostileDatagram = (real: readonly Buffer[], random: Random): Buffer => {
  const pick = () => real[below(random, real.length)] ?? Buffer.alloc(0);
  const mutation = random() < chanceOfHuge ? huge : (mutations[below(random, mutations.length)] ?? flipped);
  return mutation(pick(), pick(), random);
};

export { flipped as flippedBits };
