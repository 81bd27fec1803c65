import { expect, test } from 'vitest';
import { runStorm } from '../support/proof/storm.ts';

const virtualMs = 60_000;

test.each([1, 2, 3])('a minute of mixed faults in virtual time (seed %i)', async (seed) => {
  const { breaches, asked } = await runStorm({ virtualMs, seed });
  expect(breaches).toEqual([]);
  expect(asked).toBeGreaterThan(10);
});
