import { expect, it } from 'vitest';
import { createBench, source } from './bench.ts';
import { v2 } from './examples.ts';

const inform = (requestId = 7) => v2('inform', [], requestId);

it('takes one inform of many tries, and answers all that come after it is recorded', async () => {
  const bench = createBench();
  bench.disk = 'holds';
  for (const _try of [1, 2, 3]) bench.send(inform());
  await bench.settle();
  expect(bench.intake.counters()).toMatchObject({ pending: 1, repeated: 2, acknowledged: 0 });
  bench.release();
  await bench.settle();
  expect(bench.answers).toHaveLength(1);
  bench.send(inform());
  expect(bench.answers).toHaveLength(2);
  expect(bench.answers[1]).toEqual(bench.answers[0]);
  expect(bench.delivered).toHaveLength(1);
  expect(bench.intake.counters()).toMatchObject({ received: 4, recorded: 1, repeated: 3, acknowledged: 2 });
});

it('takes the next try for the first where none was recorded', async () => {
  const bench = createBench();
  bench.disk = 'fails';
  for (const _try of [1, 2]) bench.send(inform());
  await bench.settle();
  expect(bench.answers).toEqual([]);
  bench.disk = 'takes';
  bench.send(inform());
  await bench.settle();
  expect(bench.answers).toHaveLength(1);
  expect(bench.intake.counters()).toMatchObject({ recorded: 1, repeated: 1, refused: { notRecorded: 1 } });
});

it('takes another inform for another: by its number, its port or its content, and after a minute', async () => {
  const bench = createBench();
  const others = [
    () => bench.send(inform()),
    () => bench.send(inform(8)),
    () => bench.send(inform(), { ...source, port: 9 }),
    () => bench.send(v2('inform', [{ oid: '1.3.6.1', value: { type: 'integer', value: 1 } }], 7)),
  ];
  for (const send of others) send();
  await bench.settle();
  expect(bench.delivered).toHaveLength(others.length);
  await bench.clock.advance(60_001);
  bench.send(inform());
  await bench.settle();
  expect(bench.delivered).toHaveLength(others.length + 1);
});

it('does not take a trap that comes twice for one', async () => {
  const bench = createBench();
  for (const _time of [1, 2]) bench.send(v2('trap', [], 7));
  await bench.settle();
  expect(bench.delivered).toHaveLength(2);
});
