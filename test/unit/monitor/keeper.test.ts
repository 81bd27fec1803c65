import { beforeEach, describe, expect, test } from 'vitest';
import { CodedError } from '../../../src/core/errors.ts';
import { longestMonitorText } from '../../../src/core/monitor-names.ts';
import { normalMonitorsKept } from '../../../src/events/monitors.ts';
import { maxLineBytes } from '../../../src/io/lines.ts';
import { mostBySender, mostByTraps, mostErrors } from '../../../src/monitor/room.ts';
import { createMonitorBench, type MonitorBench, minutes, seconds } from './bench.ts';

let bench: MonitorBench;
beforeEach(async () => {
  bench = await createMonitorBench();
});

const advance = (ms: number) => bench.clock.advance(ms);

describe('a raise', () => {
  test('is on disk before it is answered', async () => {
    bench.journal.holdAppends(true);
    let answered = false;
    const raising = bench.raise().finally(() => {
      answered = true;
    });
    await advance(seconds(100));
    expect(answered).toBe(false);
    bench.journal.holdAppends(false);
    expect(await raising).toEqual({
      ...{ category: 'FAN', keyword: 'fan1', server: 'server2', state: 'error' },
      ...{ since: '2026-01-01T00:00:00.000Z', message: 'it stands still', source: 'notify agent', count: 1 },
    });
    expect(bench.told()).toEqual(['0 fan1 raised 1']);
  });

  test('that the disk does not take is refused, and changes nothing', async () => {
    bench.journal.failAppends(new CodedError('journal.failed'));
    await expect(bench.raise()).rejects.toMatchObject({ code: 'journal.failed' });
    expect(bench.monitors().list()).toEqual([]);
    bench.journal.failAppends(undefined);
    expect(await bench.raise()).toMatchObject({ state: 'error', count: 1 });
  });

  test('of what is in error is counted, and told again at most every so often, with its count', async () => {
    for (let round = 0; round < 130; round += 1) {
      await bench.raise();
      await advance(minutes(1));
    }
    expect(bench.told()).toEqual([
      '0 fan1 raised 1',
      '3600 fan1 raised 60 repeated',
      '7200 fan1 raised 120 repeated',
    ]);
    expect(bench.monitors().list()).toMatchObject([{ count: 130, since: '2026-01-01T00:00:00.000Z' }]);
    await advance(minutes(600));
    expect(bench.told().slice(3)).toEqual(['10800 fan1 raised 130 repeated']);
  });

  test('that is worse than what is known is told at once; one that is not so bad is not', async () => {
    await bench.raise({}, { class: 'recoverableDegraded' });
    await bench.raise({}, { class: 'recoverablePredictive' });
    await bench.raise({}, { class: 'fatal' });
    await bench.raise({}, { class: 'recoverableBoth' });
    expect(bench.told()).toEqual(['0 fan1 raised 1', '0 fan1 raised 3 worse']);
    expect(bench.monitors().list()).toMatchObject([{ class: 'fatal', count: 4 }]);
  });

  test('and clears that come in one breath keep their order', async () => {
    bench.journal.holdAppends(true);
    const all = [bench.raise(), bench.clear(), bench.raise(), bench.clear()];
    await advance(1);
    bench.journal.holdAppends(false);
    const rows = await Promise.all(all);
    expect(rows.map(({ state }) => state)).toEqual(['error', 'normal', 'error', 'normal']);
    expect(bench.told()).toHaveLength(4);
  });

  test.each(['constructor', '__proto__', 'toString'])(
    'of a monitor named %s is one like others',
    async (word) => {
      const name = { category: word, keyword: word, server: word };
      expect(await bench.raise(name)).toMatchObject({ state: 'error', count: 1 });
      expect(await bench.clear(name)).toMatchObject({ state: 'normal' });
      expect(await bench.clear({ ...name, keyword: 'x' })).toEqual({
        ...name,
        keyword: 'x',
        state: 'normal',
      });
    },
  );
});

test('a clear that waits for a disk that hangs is not overtaken by the raise after it', async () => {
  await bench.raise();
  bench.journal.holdAppends(true);
  const rows = [bench.clear(), bench.raise({}, { message: 'again' })];
  await advance(minutes(10));
  bench.journal.holdAppends(false);
  expect((await Promise.all(rows)).map(({ state, count }) => [state, count])).toEqual([
    ['normal', undefined],
    ['error', 1],
  ]);
});

test('requests that wait for a disk that hangs are bounded', async () => {
  bench.journal.holdAppends(true);
  const settled = Promise.allSettled(Array.from({ length: 1_010 }, () => bench.raise()));
  await advance(minutes(1));
  bench.journal.holdAppends(false);
  const refused = (await settled).filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(10);
  expect(refused[0]).toMatchObject({ reason: { code: 'journal.failed' } });
});

describe('a clear', () => {
  test('says who cleared it, and leaves the monitor listed as normal', async () => {
    await bench.raise();
    await advance(seconds(5));
    expect(await bench.clear()).toMatchObject({ state: 'normal', since: '2026-01-01T00:00:05.000Z' });
    await bench.clear();
    expect(bench.told()).toEqual(['0 fan1 raised 1', '5 fan1 cleared']);
    expect(bench.journal.events().at(-1)?.data).toMatchObject({ why: 'cleared', requester: 'alice' });
    expect(await bench.raise()).toMatchObject({
      state: 'error',
      count: 1,
      since: '2026-01-01T00:00:05.000Z',
    });
  });

  test('is about one server only', async () => {
    await bench.raise();
    await bench.raise({ server: 'server1' });
    await bench.raise({ server: undefined });
    await bench.clear();
    expect(
      bench
        .monitors()
        .list()
        .map(({ state, server }) => `${state} ${server}`),
    ).toEqual(['error undefined', 'error server1', 'normal server2']);
  });
});

describe('an error that ends by itself', () => {
  beforeEach(() => {
    bench.config.expireSeconds = { FAN: 600 };
  });

  test('does so to the millisecond, counted from its last raise', async () => {
    await bench.raise();
    await advance(seconds(500));
    expect(await bench.raise()).toMatchObject({ expiresAt: '2026-01-01T00:18:20.000Z' });
    await advance(seconds(600) - 1);
    expect(bench.told()).toEqual(['0 fan1 raised 1']);
    await advance(1);
    expect(bench.told()).toEqual(['0 fan1 raised 1', '1100 fan1 expired']);
  });

  test('is not prolonged by being told again', async () => {
    bench.config.retellMs = minutes(5);
    await bench.raise();
    await advance(seconds(10));
    await bench.raise();
    await advance(minutes(20));
    expect(bench.told()).toEqual(['0 fan1 raised 1', '300 fan1 raised 2 repeated', '610 fan1 expired']);
  });

  test('does so at its time though the gateway was started in between, or at its start', async () => {
    await bench.raise();
    await advance(seconds(100));
    bench.kill();
    await bench.start();
    await advance(seconds(500));
    expect(bench.told().at(-1)).toBe('600 fan1 expired');
    await bench.raise();
    bench.kill();
    await advance(seconds(5000));
    await bench.start();
    expect(bench.told().at(-1)).toBe('5600 fan1 expired');
  });

  test('has the time of its rule where that has one, and keeps it when the configuration changes', async () => {
    await bench.raise({}, { expireSeconds: 60 });
    bench.config.expireSeconds = {};
    await advance(seconds(60));
    expect(bench.told().at(-1)).toBe('60 fan1 expired');
  });

  test('follows a wall clock that is stepped, within a minute', async () => {
    await bench.raise();
    bench.clock.stepWall(seconds(590));
    await advance(seconds(60));
    expect(bench.told().at(-1)).toMatch(/fan1 expired$/);
  });

  test('ends also where the disk was ill at its time', async () => {
    await bench.raise();
    bench.journal.failAppends(new CodedError('journal.failed'));
    await advance(seconds(700));
    expect(bench.monitors().list()).toMatchObject([{ state: 'error' }]);
    bench.journal.failAppends(undefined);
    await advance(seconds(60));
    expect(bench.monitors().list()).toMatchObject([{ state: 'normal' }]);
  });
});

describe('a maintenance of the server', () => {
  test('keeps an error quiet, which is told when it ends and the error is still there', async () => {
    await bench.maintain(seconds(300));
    expect(await bench.raise()).toMatchObject({ state: 'error', silenced: true });
    await bench.raise();
    await bench.raise({ server: 'server1', keyword: 'other' });
    await advance(seconds(299));
    expect(bench.told()).toEqual(['0 fan1 raised 1 silenced', '0 other raised 1']);
    await advance(seconds(1));
    expect(bench.told().slice(2)).toEqual(['300 fan1 raised 2 maintenanceEnded']);
    await advance(minutes(600));
    expect(bench.told()).toHaveLength(3);
  });

  test('tells at once when it is ended by hand; and nothing of what was over by then', async () => {
    await bench.maintain(seconds(300));
    await bench.raise();
    await bench.raise({ keyword: 'fan2' });
    await bench.clear({ keyword: 'fan2' });
    await advance(seconds(100));
    await bench.maintain('end');
    expect(bench.told().slice(2)).toEqual(['0 fan2 cleared silenced', '100 fan1 raised 1 maintenanceEnded']);
  });

  test('that ended while the gateway was away is made up for at its start', async () => {
    await bench.maintain(seconds(300));
    await bench.raise();
    bench.kill();
    await advance(seconds(1000));
    await bench.start();
    expect(bench.told().at(-1)).toBe('1000 fan1 raised 1 maintenanceEnded');
  });

  test('does not hide the end of an error that was told before it, though it got worse meanwhile', async () => {
    await bench.raise({}, { class: 'recoverableDegraded' });
    await bench.maintain(seconds(300));
    await bench.raise({}, { class: 'fatal' });
    await bench.clear();
    expect(bench.told()).toEqual(['0 fan1 raised 1', '0 fan1 raised 2 worse silenced', '0 fan1 cleared']);
  });
});

describe('the table', () => {
  const fill = async (server: string) => {
    for (let n = 0; n < mostErrors; n += 1) await bench.raise({ keyword: `k${n}`, server });
  };

  test('refuses what is new when it is full, and still takes clears and repeats', async () => {
    await fill('server1');
    await expect(bench.raise()).rejects.toMatchObject({ code: 'monitor.full' });
    expect(await bench.raise({ keyword: 'k0', server: 'server1' })).toMatchObject({ count: 2 });
    await bench.clear({ keyword: 'k0', server: 'server1' });
    expect(await bench.raise()).toMatchObject({ state: 'error' });
  });

  test('counts those that are on their way to the disk', async () => {
    bench.journal.holdAppends(true);
    const all = Array.from({ length: mostErrors + 3 }, (_, n) => bench.raise({ keyword: `k${n}` }));
    const settled = Promise.allSettled(all);
    await advance(1);
    bench.journal.holdAppends(false);
    expect((await settled).filter(({ status }) => status === 'rejected')).toHaveLength(3);
  });

  test('is counted: what was taken, refused, failed, and waits', async () => {
    const counts = () => bench.monitors().counts();
    expect(counts()).toEqual({ inError: 0, taken: 0, refused: 0, failed: 0, waiting: 0 });
    await fill('server1');
    await bench.raise({ keyword: 'k0', server: 'server1' });
    await expect(bench.raise()).rejects.toMatchObject({ code: 'monitor.full' });
    await bench.clear({ keyword: 'k0', server: 'server1' });
    const taken = mostErrors + 2;
    const inError = mostErrors - 1;
    expect(counts()).toEqual({ inError, taken, refused: 1, failed: 0, waiting: 0 });
    bench.journal.holdAppends(true);
    const pending = [bench.raise(), bench.clear(), bench.raise({ keyword: 'fan2' })];
    const settled = Promise.allSettled(pending);
    await advance(1);
    // What is on its way has the last room.
    expect(counts()).toEqual({ inError, taken, refused: 2, failed: 0, waiting: 2 });
    bench.journal.holdAppends(false);
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(counts()).toEqual({ inError, taken: taken + 2, refused: 2, failed: 0, waiting: 0 });
  });

  test('counts what the journal does not take', async () => {
    bench.journal.failAppends(new CodedError('journal.failed'));
    await expect(bench.raise()).rejects.toMatchObject({ code: 'journal.failed' });
    expect(bench.monitors().counts()).toMatchObject({ inError: 0, taken: 0, failed: 1, waiting: 0 });
  });

  test('has room for everybody else when the traps of one sender, or of all, fill theirs', async () => {
    const byTrap = (by: string, n: number) =>
      bench.raise({ category: by, keyword: `k${n}` }, { origin: 'trap', by });
    for (let n = 0; n < mostBySender; n += 1) await byTrap('192.0.2.1', n);
    await expect(byTrap('192.0.2.1', mostBySender)).rejects.toMatchObject({ code: 'monitor.full' });
    expect(await byTrap('192.0.2.1', 0)).toMatchObject({ count: 2 });
    for (let sender = 2; sender <= mostByTraps / mostBySender; sender += 1)
      for (let n = 0; n < mostBySender; n += 1) await byTrap(`192.0.2.${sender}`, n);
    await expect(byTrap('192.0.2.99', 0)).rejects.toMatchObject({ code: 'monitor.full' });
    for (let n = mostByTraps; n < mostErrors; n += 1) await bench.raise({ keyword: `k${n}` });
    await expect(bench.raise()).rejects.toMatchObject({ code: 'monitor.full' });
  });

  test('says once in the log that events find no room', async () => {
    await fill('server1');
    const reason = { code: 'bmc.timeout', message: 'silence' } as const;
    for (const server of ['server2', 'server3']) {
      await bench.record({ type: 'bmc.unreachable', source: 'bmc', data: { server, reason } });
    }
    expect(bench.warnings).toHaveLength(1);
  });

  test('forgets those that are normal again, the oldest first, and fits one line with its longest texts', async () => {
    const long = (count: number, char: string) => char.repeat(count);
    const { category, keyword, message, by } = longestMonitorText;
    const raise = (n: number) =>
      bench.raise(
        { category: long(category, '"'), keyword: `${n}${long(keyword - 4, '"')}`, server: long(63, 's') },
        {
          message: long(message, '狼'),
          by: long(by, '狼'),
          class: 'recoverablePredictive',
          expireSeconds: 9e5,
        },
      );
    for (let n = 1000; n < 1000 + mostErrors; n += 1) await raise(n);
    for (const row of bench.monitors().list().slice(0, 100)) await bench.clear(row);
    for (let n = 2000; n < 2100; n += 1) await raise(n);
    const rows = bench.monitors().list();
    expect(rows).toHaveLength(mostErrors + normalMonitorsKept);
    expect(Buffer.byteLength(JSON.stringify(rows))).toBeLessThan(maxLineBytes - 200);
  });
});

describe('an event', () => {
  const reason = { code: 'bmc.timeout', message: 'no\nanswer' } as const;
  const unreachable = {
    type: 'bmc.unreachable',
    source: 'bmc',
    data: { server: 'server2', reason },
  } as const;
  const answered = { type: 'bmc.answered', source: 'bmc', data: { server: 'server2' } } as const;

  test('raises and clears by its rule, and is named as the cause', async () => {
    await bench.record(unreachable);
    await bench.record(answered);
    expect(bench.journal.events().slice(1)).toMatchObject([
      {
        ...{ type: 'monitor.raised', cause: 1 },
        data: {
          category: 'BMC',
          keyword: 'unreachable',
          server: 'server2',
          message: 'no answer',
          origin: 'event',
        },
      },
      { type: 'bmc.answered' },
      { type: 'monitor.cleared', cause: 3, data: { why: 'event' } },
    ]);
  });

  test('that follows another in the same flush of the disk comes after it', async () => {
    bench.journal.holdAppends(true);
    void bench.events().record(unreachable);
    void bench.events().record(answered);
    bench.journal.holdAppends(false);
    await advance(1);
    expect(bench.told()).toEqual(['0 unreachable raised 1', '0 unreachable event']);
  });
});

test('ends in order: what was begun is on disk, the rest is refused, and no timer is left', async () => {
  bench.config.expireSeconds = { FAN: 600 };
  bench.journal.holdAppends(true);
  const begun = bench.raise();
  const waiting = bench.raise();
  waiting.catch(() => undefined);
  await advance(1);
  const stopped = bench.monitors().stop();
  bench.journal.holdAppends(false);
  await stopped;
  expect(await begun).toMatchObject({ state: 'error' });
  await expect(waiting).rejects.toMatchObject({ code: 'fence.stopping' });
  await expect(bench.raise()).rejects.toMatchObject({ code: 'fence.stopping' });
  expect(bench.clock.armed()).toBe(0);
});
