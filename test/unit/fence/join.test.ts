import { expect, test } from 'vitest';
import { answerOf, commandsOf, createFenceBench, server1, server2, waitedMs } from './bench.ts';

const slowOff = { times: { offDelayMs: 3000 } };
const readsOf = (bench: ReturnType<typeof createFenceBench>) =>
  bench.bmc().calls.filter(({ call }) => call === 'read');

test('identical requests share one job and one command while off was not read', async () => {
  const bench = createFenceBench(slowOff);
  const first = bench.ask('off');
  await bench.clock.advance(1000);
  const second = bench.ask('off');
  await bench.clock.advance(5000);
  expect(answerOf(second)).toMatchObject({ joined: true, outcome: 'confirmed', fenced: true });
  expect(answerOf(first)).toMatchObject({ joined: false, outcome: 'confirmed', fenced: true });
  expect(answerOf(second).job).toBe(answerOf(first).job);
  expect(commandsOf(bench.bmc())).toEqual(['off']);
  expect(bench.events('fence.joined')).toHaveLength(1);
  expect(bench.events('fence.finished')).toHaveLength(1);
});

test('a request after off was read is a job of its own, with a proof of its own', async () => {
  const bench = createFenceBench();
  const first = bench.ask('off');
  await bench.clock.advance(100);
  const second = bench.ask('off');
  await bench.clock.advance(100);
  expect(answerOf(second)).toMatchObject({ joined: false, outcome: 'confirmed' });
  expect(answerOf(second).job).not.toBe(answerOf(first).job);
  expect(answerOf(second).proof?.at).toBe('2026-01-01T00:00:00.106Z');
});

test('a request while the proof waits for the disk is a job of its own', async () => {
  const bench = createFenceBench();
  const first = bench.ask('off');
  await bench.clock.advance(4);
  bench.journal.holdAppends(true);
  await bench.clock.advance(100);
  const second = bench.ask('off');
  bench.journal.holdAppends(false);
  await bench.clock.advance(100);
  expect(answerOf(second).job).not.toBe(answerOf(first).job);
  expect(answerOf(second).joined).toBe(false);
});

test('each caller is answered by its own deadline', async () => {
  const bench = createFenceBench({ behaviour: { stuckOn: true } });
  const long = bench.ask('off', { deadlineMs: 20_000 });
  await bench.clock.advance(1000);
  const short = bench.ask('off', { deadlineMs: 2000 });
  await bench.clock.advance(20_000);
  for (const asked of [long, short]) {
    expect(waitedMs(asked)).toBeGreaterThanOrEqual(asked.deadlineMs - 250);
    expect(waitedMs(asked)).toBeLessThanOrEqual(asked.deadlineMs);
    expect(answerOf(asked)).toMatchObject({ outcome: 'unknown', reason: { code: 'fence.deadline' } });
  }
});

test('a joiner with a later deadline keeps the job sending until its own', async () => {
  const bench = createFenceBench({ behaviour: { stuckOn: true } });
  const short = bench.ask('off', { deadlineMs: 4000 });
  await bench.clock.advance(1000);
  const long = bench.ask('off', { deadlineMs: 20_000 });
  await bench.clock.advance(10_000);
  expect(answerOf(short).outcome).toBe('unknown');
  bench.bmc().behaviour.stuckOn = false;
  await bench.clock.advance(6000);
  expect(answerOf(long)).toMatchObject({ joined: true, outcome: 'confirmed', fenced: true });
  expect(bench.events('fence.provedLate')).toEqual([]);
});

/** A request that arrives while the answer to the question before it is on its way back. */
const joinsWhileReading = async (action: 'off' | 'on', power: 'on' | 'off', advanceMs: number) => {
  const bench = createFenceBench({ power, behaviour: { latencyMs: 100 } });
  const first = bench.ask(action);
  await bench.clock.advance(advanceMs);
  const second = bench.ask(action);
  const joinedMs = bench.clock.nowMs();
  const asksBefore = readsOf(bench).length;
  await bench.clock.advance(5000);
  expect(answerOf(second)).toMatchObject({ joined: true, outcome: 'confirmed' });
  expect(answerOf(second).job).toBe(answerOf(first).job);
  expect(readsOf(bench).length).toBeGreaterThan(asksBefore);
  expect(readsOf(bench).at(-1)?.atMs).toBeGreaterThanOrEqual(joinedMs);
};

test('a joiner is not answered by a proof of off that was asked for before it joined', () =>
  joinsWhileReading('off', 'off', 180));

test('a joiner is not answered by a proof of on that was asked for before it joined', () =>
  joinsWhileReading('on', 'on', 180));

test('a joiner in the very instant of the question is owed a question of its own', () =>
  joinsWhileReading('off', 'off', 100));

test('a joiner of a reset is not told "off" from a question asked before it joined', async () => {
  const bench = createFenceBench({ power: 'off', behaviour: { latencyMs: 100 } });
  bench.ask('reset');
  await bench.clock.advance(160);
  bench.bmc().machine.press('on');
  const second = bench.ask('reset');
  await bench.clock.advance(15_000);
  expect(answerOf(second).fenced).toBe(false);
});

test('a server that came on between the question and the joining is not called off', async () => {
  const bench = createFenceBench({ power: 'off', behaviour: { latencyMs: 100 } });
  const first = bench.ask('off');
  await bench.clock.advance(160);
  bench.bmc().machine.press('on');
  bench.bmc().behaviour.stuckOn = true;
  const second = bench.ask('off');
  await bench.clock.advance(15_000);
  expect(answerOf(first)).toMatchObject({ outcome: 'unknown', fenced: false });
  expect(answerOf(second)).toMatchObject({ joined: true, outcome: 'unknown', fenced: false });
});

test('nobody waiting for the answer cancels nothing', async () => {
  const bench = createFenceBench(slowOff);
  bench.service.request({ server: server1, action: 'off', requester: 'soon dead' }).catch(() => {});
  await bench.clock.advance(15_000);
  expect(bench.bmc().machine.power()).toBe('off');
  expect(bench.events('fence.finished').map(({ data }) => data.fenced)).toEqual([true]);
});

test('two servers have nothing to do with each other', async () => {
  const bench = createFenceBench({ behaviour: { latencyMs: 10 } });
  bench.bmc(server2).behaviour.frozen = true;
  const good = bench.ask('off', { server: server1 });
  const bad = bench.ask('off', { server: server2 });
  await bench.clock.advance(1000);
  expect(answerOf(good)).toMatchObject({ server: server1, fenced: true, joined: false });
  expect(bad.answer).toBeUndefined();
  await bench.clock.advance(15_000);
  expect(answerOf(bad)).toMatchObject({ server: server2, outcome: 'unknown', fenced: false });
});
