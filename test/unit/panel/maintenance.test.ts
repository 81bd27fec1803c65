import { beforeEach, describe, expect, test } from 'vitest';
import { CodedError } from '../../../src/core/errors.ts';
import { inMaintenance } from '../../../src/events/view.ts';
import { createLampBench, type LampBench, seconds } from './bench.ts';

let bench: LampBench;
beforeEach(async () => {
  bench = await createLampBench();
});

const advance = (count: number) => bench.clock.advance(seconds(count));
const orders = () => bench.bmc().orders;

const begin = (forSeconds: number, server = 'server2') =>
  bench.record({
    type: 'maintenance.began',
    source: 'app',
    data: {
      server,
      until: new Date(bench.clock.wallMs() + seconds(forSeconds)).toISOString(),
      requester: 'cli',
    },
  });
const end = () =>
  bench.record({ type: 'maintenance.ended', source: 'app', data: { server: 'server2', requester: 'cli' } });

const lasts = () => inMaintenance(bench.events().view().servers.server2, bench.clock.wallMs());
const ends = () => bench.journal.events().filter(({ type }) => type === 'maintenance.ended');

describe('a maintenance', () => {
  test('ends by itself at its time, once, and on record', async () => {
    await begin(3600);
    await advance(3599.999);
    expect(lasts()).toBe(true);
    expect(ends()).toEqual([]);
    await advance(0.001);
    expect(lasts()).toBe(false);
    await advance(7200);
    expect(ends()).toMatchObject([
      { data: { server: 'server2', expired: true }, at: '2026-01-01T01:00:00.000Z' },
    ]);
    expect(bench.clock.armed()).toBe(0);
  });

  test('ends at its time though the gateway was started in between', async () => {
    await begin(3600);
    await advance(600);
    bench.kill();
    await bench.start();
    expect(lasts()).toBe(true);
    await advance(3000);
    expect(lasts()).toBe(false);
    expect(ends()).toHaveLength(1);
  });

  test('that ended while the gateway was away is ended at its start', async () => {
    await begin(3600);
    bench.kill();
    await advance(7200);
    await bench.start();
    expect(lasts()).toBe(false);
    expect(ends()).toMatchObject([{ data: { expired: true } }]);
  });

  test('is prolonged and shortened by a new end, and keeps its beginning', async () => {
    await begin(100);
    await advance(50);
    await begin(1000);
    await advance(500);
    expect(lasts()).toBe(true);
    expect(bench.events().view().servers.server2?.maintenance?.since).toBe('2026-01-01T00:00:00.000Z');
    await begin(10);
    await advance(10);
    expect(lasts()).toBe(false);
    expect(ends()).toHaveLength(1);
  });

  test('follows a wall clock that is stepped, within a minute', async () => {
    await begin(7200);
    bench.clock.stepWall(seconds(7000));
    await advance(60);
    expect(ends()).toEqual([]);
    await advance(140);
    expect(ends()).toHaveLength(1);
  });

  test('ends at its time also where that cannot be recorded', async () => {
    await bench.report('down');
    await begin(100);
    bench.journal.failAppends(new CodedError('journal.failed'));
    await advance(100);
    expect(lasts()).toBe(false);
    expect(orders().at(-1)).toEqual([100, 250]);
    bench.journal.failAppends(undefined);
    await advance(60);
    expect(ends()).toHaveLength(1);
  });
});

describe('the identify lamp', () => {
  test('goes out when a maintenance begins, and blinks again when it ends and the server is still down', async () => {
    await bench.report('down');
    await advance(10);
    await begin(300);
    await advance(300);
    expect(orders()).toEqual([
      [0, 250],
      [10, 'off'],
      [310, 250],
    ]);
    expect(bench.told()).toEqual(['lit down', 'dark maintenance', 'lit down']);
  });

  test('stays dark for a server that goes down during one, and after it if the server is back', async () => {
    await begin(300);
    await bench.report('down');
    await advance(100);
    await bench.report('up');
    await advance(1000);
    expect(orders()).toEqual([]);
  });

  test('blinks at once when a maintenance is ended by hand', async () => {
    await begin(300);
    await bench.report('down');
    await advance(100);
    await end();
    expect(orders()).toEqual([[100, 250]]);
  });

  test('that somebody asks for is lit all the same', async () => {
    await begin(300);
    await bench.byHand(true);
    await advance(200);
    expect(orders()).toEqual([[0, 250]]);
    expect(bench.bmc().lamp()).toBe('timed');
  });

  test('of another server goes on', async () => {
    await begin(300, 'server1');
    await bench.report('down');
    await advance(120);
    expect(orders().map(([at]) => at)).toEqual([0, 120]);
  });
});
