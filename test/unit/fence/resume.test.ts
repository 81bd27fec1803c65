import { expect, test } from 'vitest';
import type { FenceAction } from '../../../src/core/outcome.ts';
import type { InterruptedJob } from '../../../src/fence/carry-over.ts';
import { answered, commandsOf, createFenceBench, server1 } from './bench.ts';

const interrupted = (id: string, action: FenceAction, remainingMs = 0): InterruptedJob => ({
  ...{ id, server: server1, action, requester: 'test', remainingMs },
});

/** What a power-on of the last life leaves behind. */
const mayComeOn = (action: FenceAction): string[] => (action === 'on' ? [server1] : []);

/** A daemon that starts and finds a job of its last life without an end, its deadline passed. */
const resumed = async (action: FenceAction, options: Parameters<typeof createFenceBench>[0] = {}) => {
  const bench = createFenceBench(options);
  void bench.service.resume({
    interrupted: [interrupted('old', action)],
    mayComeOn: mayComeOn(action),
    stopped: [],
  });
  await bench.clock.advance(5000);
  return bench;
};

test.each(['off', 'on', 'cycle', 'reset', 'nmi'] as const)(
  'a job that a restart cut off (%s) is put on record as unknown, and never sent again',
  async (action) => {
    const bench = await resumed(action, { power: action === 'on' ? 'off' : 'on' });
    const [finished] = bench.events('fence.finished');
    expect(finished?.data).toMatchObject({ job: 'old', outcome: 'unknown', fenced: false });
    expect(finished?.data.reason?.code).toBe('fence.interrupted');
    await bench.finish();
    expect(commandsOf(bench.bmc())).toEqual([]);
    expect(bench.clock.armed()).toBe(0);
  },
);

test('a power-off that worked all the same is proved late', async () => {
  const bench = await resumed('off', { power: 'off' });
  expect(bench.events('fence.provedLate').map(({ data }) => data.job)).toEqual(['old']);
  expect(bench.service.find('old')?.report).toMatchObject({ fenced: true });
});

test('a cycle that had powered off does not switch on again', async () => {
  const bench = await resumed('cycle');
  bench.bmc().machine.press('off');
  await bench.finish();
  expect(commandsOf(bench.bmc())).toEqual([]);
  expect(bench.events('fence.restarted')[0]?.data.restart).toMatchObject({ outcome: 'refused' });
});

test('after an on that was cut off, off is sent before it counts', async () => {
  const bench = await resumed('on', { power: 'off' });
  expect(await answered(bench, 'off')).toMatchObject({ fenced: true, accepted: true });
  expect(commandsOf(bench.bmc())).toEqual(['off']);
});

test('a power-off that was cut off does not prove itself against a power-on that was cut off too', async () => {
  const bench = createFenceBench({ power: 'off' });
  const jobs = [interrupted('old off', 'off'), interrupted('old on', 'on')];
  void bench.service.resume({ interrupted: jobs, mayComeOn: [server1], stopped: [] });
  await bench.clock.advance(60_000);
  expect(bench.service.find('old off')?.report.fenced).toBe(false);
});

test('a power-off with time left goes on: it reads first, sends, and is proved in time', async () => {
  const bench = createFenceBench({ power: 'on' });
  await bench.service.resume({
    interrupted: [interrupted('old', 'off', 10_000)],
    mayComeOn: [],
    stopped: [],
  });
  await bench.clock.advance(5000);
  expect(commandsOf(bench.bmc())).toEqual(['off']);
  expect(bench.events('fence.finished').map(({ data }) => data)).toMatchObject([
    { job: 'old', outcome: 'confirmed', fenced: true },
  ]);
  expect(bench.events('fence.requested')).toEqual([]);
});

test('a power-off with time left sends nothing to a server that is off already', async () => {
  const bench = createFenceBench({ power: 'off' });
  await bench.service.resume({
    interrupted: [interrupted('old', 'off', 10_000)],
    mayComeOn: [],
    stopped: [],
  });
  await bench.clock.advance(5000);
  expect(commandsOf(bench.bmc())).toEqual([]);
  expect(bench.service.find('old')?.report).toMatchObject({ outcome: 'confirmed', fenced: true });
});

test('a cycle with time left goes on to its end', async () => {
  const bench = createFenceBench({ power: 'on' });
  await bench.service.resume({
    interrupted: [interrupted('old', 'cycle', 10_000)],
    mayComeOn: [],
    stopped: [],
  });
  await bench.clock.advance(20_000);
  expect(commandsOf(bench.bmc())).toEqual(['off', 'on']);
  expect(bench.events('fence.restarted')[0]?.data.restart).toMatchObject({ outcome: 'confirmed' });
});

test('a later identical request joins a power-off that goes on after a restart', async () => {
  const bench = createFenceBench({ power: 'on' });
  await bench.service.resume({
    interrupted: [interrupted('old', 'off', 10_000)],
    mayComeOn: [],
    stopped: [],
  });
  expect(await answered(bench, 'off')).toMatchObject({ job: 'old', joined: true, fenced: true });
});
