import { expect, test } from 'vitest';
import { countFrom, printFigures, secondsSince } from '../support/proof/figures.ts';
import { runStorm } from '../support/proof/storm.ts';

const virtualSeconds = countFrom('NOROSHI_VIRTUAL_SECONDS', 3600);
const seed = countFrom('NOROSHI_SEED', 20_261_120);

test(`${virtualSeconds} s of mixed faults in virtual time`, async () => {
  const startedMs = performance.now();
  const { breaches, outcomes, virtualMs, ...storm } = await runStorm({
    virtualMs: virtualSeconds * 1000,
    seed,
  });
  printFigures('mixed faults', {
    'virtual seconds': Math.round(virtualMs / 1000),
    ...storm,
    ...outcomes,
    breaches: breaches.length,
    'elapsed seconds': secondsSince(startedMs),
  });
  expect(breaches).toEqual([]);
});
