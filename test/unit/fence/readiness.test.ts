import { describe, expect, test } from 'vitest';
import { afterRehearsal, nothingTried, pauseAfter, readinessOf } from '../../../src/fence/readiness.ts';
import type { Rehearsal } from '../../../src/fence/rehearsal.ts';
import { createReadinessBench, type ReadinessBench } from './readiness-bench.ts';

const minute = 60_000;
const works: Rehearsal = { kind: 'works', because: 'its BMC let us in' };
const fails = (code: 'bmc.timeout' | 'bmc.auth' | 'bmc.kg' | 'bmc.identity'): Rehearsal => ({
  kind: 'fails',
  reason: { code, message: `it failed with ${code}` },
});

const changes = (bench: ReadinessBench) =>
  bench
    .events('server.readinessChanged')
    .map(({ data }) => (data.ready ? 'ready' : `not ready: ${data.reason?.code}`));

describe('what rehearsals come to', () => {
  const tried = (rehearsal: Rehearsal) =>
    rehearsal.kind === 'calledOff'
      ? nothingTried
      : afterRehearsal(nothingTried, rehearsal, { at: '2026-01-01T00:00:00.000Z', nowMs: 0 });

  test('nothing tried is unknown, and an old answer is unknown again', () => {
    expect(readinessOf(nothingTried, 0, minute).ready).toBe('unknown');
    expect(readinessOf(tried(works), minute, minute)).toMatchObject({ ready: 'yes' });
    expect(readinessOf(tried(works), minute + 1, minute)).toMatchObject({
      ready: 'unknown',
      provedAt: '2026-01-01T00:00:00.000Z',
    });
  });

  test('a failure keeps when it last worked, and says why', () => {
    const record = afterRehearsal(tried(works), fails('bmc.timeout') as never, {
      at: '2026-01-02T00:00:00.000Z',
      nowMs: 5,
    });
    expect(readinessOf(record, 5, minute)).toMatchObject({
      ready: 'no',
      provedAt: '2026-01-01T00:00:00.000Z',
      checkedAt: '2026-01-02T00:00:00.000Z',
      because: 'it failed with bmc.timeout',
    });
  });

  test('a refused password stays a no however old it is, and says that it is left alone', () => {
    const readiness = readinessOf(tried(fails('bmc.auth')), 1000 * minute, minute);
    expect(readiness).toMatchObject({ ready: 'no', reason: { code: 'bmc.auth' } });
    expect(readiness.because).toContain('no account is locked');
  });

  test.each([
    ['after a success the interval', works, 5 * minute],
    ['after silence a minute', fails('bmc.timeout'), minute],
    ['after a wrong K_g, which costs a slot each time, five minutes at least', fails('bmc.kg'), 5 * minute],
  ] as const)('the pause is %s', (_name, rehearsal, pauseMs) => {
    expect(pauseAfter(tried(rehearsal), 5 * minute, 0.5)).toBe(pauseMs);
  });

  test('a short interval hurries no BMC that refuses the key', () => {
    expect(pauseAfter(tried(fails('bmc.kg')), 10_000, 0.5)).toBe(5 * minute);
    expect(pauseAfter(tried(fails('bmc.timeout')), 10_000, 0.5)).toBe(10_000);
  });
});

describe('the keeper of readiness', () => {
  test('tries every server soon after the start, then at the interval', async () => {
    const bench = await createReadinessBench({ servers: ['a', 'b'] });
    expect(bench.readiness('a').ready).toBe('unknown');
    await bench.clock.advance(20);
    expect(bench.tries).toEqual(['a thorough', 'b thorough']);
    expect([bench.readiness('a').ready, bench.readiness('b').ready]).toEqual(['yes', 'yes']);
    await bench.clock.advance(5 * minute - 21);
    expect(bench.tries).toHaveLength(2);
    await bench.clock.advance(21);
    expect(bench.tries.slice(2)).toEqual(['a', 'b']);
  });

  test('is thorough again after a week', async () => {
    const bench = await createReadinessBench({ servers: ['a'] });
    await bench.clock.advance(7 * 24 * 60 * minute + 6 * minute);
    expect(bench.tries.filter((one) => one === 'a thorough')).toHaveLength(2);
  });

  test('tells changes only: another answer or another reason', async () => {
    const bench = await createReadinessBench({ servers: ['a'] });
    await bench.clock.advance(1);
    bench.outcome = fails('bmc.timeout');
    await bench.clock.advance(7 * minute);
    bench.outcome = fails('bmc.identity');
    await bench.clock.advance(2 * minute);
    bench.outcome = works;
    await bench.clock.advance(12 * minute);
    expect(changes(bench)).toEqual(['ready', 'not ready: bmc.timeout', 'not ready: bmc.identity', 'ready']);
  });

  test('a restart tells nothing that was known before', async () => {
    const bench = await createReadinessBench({ servers: ['a'] });
    await bench.clock.advance(1);
    await bench.restart();
    expect(bench.readiness('a').ready).toBe('unknown');
    await bench.clock.advance(1);
    expect(bench.readiness('a').ready).toBe('yes');
    expect(changes(bench)).toEqual(['ready']);
  });

  test('a refused password is tried once, and again only after a reload', async () => {
    const bench = await createReadinessBench({ servers: ['a'] });
    bench.outcome = fails('bmc.auth');
    await bench.clock.advance(24 * 60 * minute);
    expect(bench.tries).toHaveLength(1);
    bench.outcome = works;
    bench.keeper().refresh();
    await bench.clock.advance(1);
    expect(bench.readiness('a').ready).toBe('yes');
  });

  test('a refused password is tried again when somebody else got in', async () => {
    const bench = await createReadinessBench({ servers: ['a'] });
    bench.outcome = fails('bmc.auth');
    await bench.clock.advance(minute);
    bench.outcome = works;
    await bench.record({ type: 'bmc.answered', source: 'bmc', data: { server: 'a' } });
    await bench.clock.advance(1_000);
    expect(bench.readiness('a').ready).toBe('yes');
  });

  test('news that a BMC fell silent are looked into', async () => {
    const bench = await createReadinessBench({ servers: ['a'] });
    await bench.clock.advance(minute);
    bench.outcome = fails('bmc.timeout');
    const reason = { code: 'bmc.timeout' as const, message: 'silent' };
    await bench.record({ type: 'bmc.unreachable', source: 'bmc', data: { server: 'a', reason } });
    await bench.clock.advance(1_000);
    expect(bench.readiness('a').ready).toBe('no');
    expect(bench.tries).toHaveLength(2);
  });

  test('a forced stop calls a rehearsal off at once, and one follows 5 s after it', async () => {
    const bench = await createReadinessBench({ servers: ['a'] });
    bench.takesMs = 8_000;
    await bench.clock.advance(1_000);
    expect(bench.underWay()).toBe(1);
    const fencing = bench.keeper().whileFencing('a', async () => {
      await bench.clock.advance(0);
      expect(bench.underWay()).toBe(0);
      await bench.clock.advance(20_000);
      expect(bench.tries).toHaveLength(1);
      return 'done';
    });
    expect(await fencing).toBe('done');
    expect(bench.readiness('a').ready).toBe('unknown');
    await bench.clock.advance(5_000);
    expect(bench.tries).toHaveLength(2);
  });

  test('no more than 32 rehearsals run at a time, and none is forgotten', async () => {
    const servers = Array.from({ length: 100 }, (_, index) => `s${index}`);
    const bench = await createReadinessBench({ servers });
    bench.takesMs = 9_000;
    await bench.clock.advance(8_000);
    expect(bench.underWay()).toBe(32);
    await bench.clock.advance(30_000);
    expect(new Set(bench.tries).size).toBe(100);
    expect(bench.mostUnderWay()).toBe(32);
  });

  test('a reload forgets servers that are gone, tries new ones, and keeps what it knows', async () => {
    const bench = await createReadinessBench({ servers: ['a', 'b'] });
    await bench.clock.advance(20);
    bench.servers = ['b', 'c'];
    bench.keeper().refresh();
    expect(bench.readiness('b').ready).toBe('yes');
    expect(bench.readiness('a').ready).toBe('unknown');
    await bench.clock.advance(20);
    expect(bench.tries.slice(2)).toEqual(['b thorough', 'c thorough']);
  });

  test('what is under way at a reload does not count, and the server is tried anew', async () => {
    const bench = await createReadinessBench({ servers: ['a'] });
    bench.takesMs = 5_000;
    bench.deaf = true;
    bench.outcome = fails('bmc.auth');
    await bench.clock.advance(1_000);
    bench.outcome = works;
    bench.keeper().refresh();
    await bench.clock.advance(5_000);
    expect(bench.readiness('a').ready).toBe('unknown');
    await bench.clock.advance(5_000);
    expect(bench.readiness('a').ready).toBe('yes');
    expect(bench.tries).toHaveLength(2);
  });

  test('the end waits for a rehearsal under way, then calls it off, and leaves no timer', async () => {
    const bench = await createReadinessBench({ servers: ['a', 'b'] });
    bench.takesMs = 8_000;
    await bench.clock.advance(1_000);
    const stopped = bench.keeper().stop();
    await bench.clock.advance(699);
    expect(bench.underWay()).toBe(2);
    await bench.clock.advance(1);
    await stopped;
    expect([bench.underWay(), bench.clock.armed()]).toEqual([0, 0]);
  });
});
