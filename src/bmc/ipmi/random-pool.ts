import { randomFillSync } from 'node:crypto';

const poolLength = 4096;
const pool = Buffer.alloc(poolLength);
let used = poolLength;

/**
 * Random bytes that are handed out once, from a pool filled in one go: a call to the generator costs
 * more than encrypting a packet does.
 */
export const takeRandom = (length: number): Buffer => {
  if (used + length > poolLength) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = Buffer.from(pool.subarray(used, used + length));
  pool.fill(0, used, used + length);
  used += length;
  return bytes;
};
