import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGround } from '../support/proof/ground.ts';
import { perform, spec, stepOf } from '../support/proof/mix.ts';
import { breachesOf, leftBehind } from '../support/proof/rules.ts';

/** How many random schedules are tried; a longer run sets NOROSHI_RUNS, and NOROSHI_SEED replays one. */
const runs = Number(process.env.NOROSHI_RUNS ?? 200);
const seed = process.env.NOROSHI_SEED === undefined ? {} : { seed: Number(process.env.NOROSHI_SEED) };
const msPerRun = 1_000;

test(`no mixture of faults makes an answer of the real client untrue (${runs} runs)`, {
  timeout: Math.max(60_000, runs * msPerRun),
}, async () => {
  // Mostly one server: what can go wrong goes wrong between the jobs of one.
  const step = stepOf({
    servers: ['server1', 'server1', 'server1', 'server2'],
    pausesMs: [0, 1, 2, 5, 12, 30, 150, 500, 999, 2000, 5000, 16_000],
    mends: 2,
  });
  let fenced = 0;
  const schedule = fc.array(step, { minLength: 3, maxLength: 25, size: 'max' });
  await fc.assert(
    fc.asyncProperty(schedule, spec, spec, fc.nat({ max: 2 ** 31 }), async (steps, one, other, chance) => {
      const ground = createGround({ servers: { server1: one, server2: other }, seed: chance });
      for (const next of steps) await perform(ground, next);
      await ground.finish();
      await ground.close();
      expect([...breachesOf(ground), ...leftBehind(ground)]).toEqual([]);
      fenced += ground.asked.filter(({ answer }) => answer?.fenced).length;
    }),
    { numRuns: runs, ...seed },
  );
  expect(fenced, 'too little was proved for this to mean something').toBeGreaterThan(runs / 4);
});
