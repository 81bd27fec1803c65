import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../src/events/catalogue.ts';
import { limits } from '../../../src/snmp-trap/judge/settings.ts';
import { court, inShort, link, received, trapOf } from './traps.ts';

const floodFrom = (first: number, count: number, source?: string) =>
  Array.from({ length: count }, (_, index) => link(false, first + index, source));
const flood = (count: number, source?: string) => floodFrom(1000, count, source);

describe('a flood of one sender', () => {
  it('begins at the first trap beyond the rate, and ends after a calm window, with its numbers', async () => {
    const { take, pass } = court();
    expect(inShort(take(...flood(100)))).not.toContain('trap.stormBegan');
    const begun = take(trapOf('1.3.6.1.6.3.1.1.5.1'));
    expect(begun).toMatchObject([
      {
        type: 'trap.stormBegan',
        data: { scope: 'source', source: '192.0.2.11', received: 101, withinSeconds: 10 },
      },
    ]);
    expect(take(...Array.from({ length: 9 }, () => trapOf('1.3.6.1.6.3.1.1.5.2')))).toEqual([]);
    expect(await pass(9)).toEqual([]);
    expect(await pass(1)).toEqual([]);
    expect(take(...Array.from({ length: 20 }, () => trapOf('1.3.6.1.6.3.1.1.5.5')))).toEqual([]);
    expect(await pass(10)).toMatchObject([
      {
        type: 'trap.stormEnded',
        data: { scope: 'source', received: 30, suppressed: 30, late: 0, beganAt: '2026-01-01T00:00:00.000Z' },
      },
    ]);
    expect(inShort(take(trapOf('1.3.6.1.6.3.1.1.5.1')))).toEqual(['none coldStart']);
  });

  it('does not end while more than the rearm rate comes', async () => {
    const { take, pass } = court();
    take(...flood(101));
    await pass(10);
    take(...Array.from({ length: 21 }, () => trapOf('1.3.6.1.6.3.1.1.5.5')));
    expect(inShort(await pass(10))).toEqual([]);
    expect(inShort(await pass(10))).toEqual(['trap.stormEnded']);
  });

  it('silences no other sender', () => {
    const { take } = court();
    take(...flood(150));
    expect(inShort(take(link(false, 1, '192.0.2.12')))).toEqual(['raise link/1']);
  });

  it('lets the end of an open condition through', () => {
    const { take } = court();
    take(link(false, 1), ...flood(150));
    expect(inShort(take(link(true, 1)))).toEqual(['clear link/1']);
  });

  it('tells what began in it at the end of the window, unless it is over by then', async () => {
    const { take, pass } = court();
    take(...flood(100), trapOf('1.3.6.1.6.3.1.1.5.1'));
    expect(take(link(false, 1), link(false, 2), link(false, 2), link(true, 1))).toEqual([]);
    const late = await pass(10);
    expect(inShort(late)).toEqual(['raise link/2']);
    expect(late[0]).toMatchObject({ data: { count: 2, firstAt: '2026-01-01T00:00:00.000Z' } });
    const end = await pass(10);
    expect(end).toMatchObject([{ type: 'trap.stormEnded', data: { late: 1, suppressed: 3 } }]);
  });
});

describe('a flood of all together', () => {
  const sources = Array.from({ length: 200 }, (_, index) => `192.0.2.${index}`);
  const everybody = (count: number) => sources.flatMap((source) => flood(count, source));

  it('holds back all senders, tells what began at the end of the window, and ends', async () => {
    const { take, pass, judge } = court();
    const begun = take(...everybody(6));
    expect(begun.filter(({ type }) => type === 'trap.stormBegan')).toMatchObject([
      { data: { scope: 'overall', received: 1001, withinSeconds: 10 } },
    ]);
    expect(judge.counts()).toMatchObject({ received: 1200, told: 1000, waiting: 200 });
    const late = await pass(10);
    expect(inShort(late).filter((line) => line.startsWith('raise'))).toHaveLength(200);
    const end = await pass(10);
    expect(end).toMatchObject([
      { type: 'trap.stormEnded', data: { scope: 'overall', received: 200, late: 200, suppressed: 0 } },
    ]);
  });
});

describe('senders that have gone mad', () => {
  const mad = Array.from({ length: 20 }, (_, index) => `198.51.100.${index}`);
  const quiet = '192.0.2.11';

  it('do not drown the one condition of another, which they leave no room', async () => {
    const { take, pass, judge } = court();
    take(...mad.flatMap((source) => flood(150, source)));
    expect(judge.sizes().waiting).toBe(limits.deferred);
    expect(take(link(false, 1, quiet))).toEqual([]);
    expect(judge.sizes().waiting).toBe(limits.deferred);
    const late = received(await pass(10));
    expect(late.map(({ source }) => source)).toContain(quiet);
    const { received: all, told, suppressed, waiting } = judge.counts();
    expect(told + suppressed + waiting).toBe(all);
  });

  it('do not push out what another has open', async () => {
    const { take, pass, judge } = court();
    take(link(false, 1, quiet));
    const events: NewEvent[] = [];
    for (let round = 0; round < 12; round += 1) {
      take(...mad.flatMap((source) => floodFrom(round * 1_000, 150, source)));
      events.push(...(await pass(30)));
    }
    expect(judge.sizes().openKeys).toBe(limits.openKeys);
    const forgotten = events.flatMap((event) =>
      event.type === 'trap.keyForgotten' ? [event.data.source] : [],
    );
    expect(forgotten.length).toBeGreaterThan(0);
    expect(forgotten).not.toContain(quiet);
  });
});

it('steps of the wall clock, ahead and back, change nothing but the times that are told', async () => {
  const dayMs = 86_400_000;
  const story = async (steps: readonly number[]) => {
    const { take, pass, stepWall, judge } = court();
    const told: string[] = [];
    for (let turn = 0; turn < 40; turn += 1) {
      stepWall(steps[turn % steps.length] ?? 0);
      told.push(...inShort(take(link(turn % 3 === 0, 1), link(false, 2, '192.0.2.12'))));
      if (turn % 10 === 0) told.push(...inShort(take(...flood(150))));
      told.push(...inShort(await pass(7)), '|');
    }
    told.push(...inShort(await pass(400)));
    return { told, counts: judge.counts() };
  };
  const steady = await story([0]);
  expect(steady.told).toContain('trap.stormEnded');
  expect(steady.told.some((line) => / x\d/.test(line))).toBe(true);
  expect(await story([dayMs, -dayMs, 3_600_000, -400 * dayMs, 800 * dayMs])).toEqual(steady);
});

it('an hour of storm keeps its memory bounded', async () => {
  const { take, pass, judge } = court();
  let events = 0;
  for (let second = 0; second < 3600; second++) {
    for (let source = 0; source < 5; source++) {
      events += take(...flood(20, `192.0.2.${source}`)).length;
    }
    events += (await pass(1)).length;
  }
  const { received, told, repeated, retried, suppressed, waiting, unknownRefused } = judge.counts();
  expect(received).toBe(360_000);
  expect(told + repeated + retried + suppressed + waiting + unknownRefused).toBe(received);
  expect(judge.sizes().openKeys).toBeLessThanOrEqual(256 * 5);
  expect(events).toBeLessThan(1000);
});
