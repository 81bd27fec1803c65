import { describe, expect, test } from 'vitest';
import { sleep } from '../../../src/core/clock.ts';
import { CodedError } from '../../../src/core/errors.ts';
import { good } from '../../../src/core/finding.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { type LocalAction, localActions } from '../../../src/core/outcome.ts';
import type { StopReply } from '../../../src/core/ports.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { createBus } from '../../../src/events/bus.ts';
import type { LocalReport, NewEvent } from '../../../src/events/catalogue.ts';
import { createEventLog } from '../../../src/events/event-log.ts';
import { createLocalService } from '../../../src/fence/local.ts';
import type { LocalPolicy, LocalWay } from '../../../src/fence/local-chain.ts';
import { createMemoryJournal } from '../../support/memory-journal.ts';

type Kind = 'accepted' | 'unable' | 'failed' | 'hangs' | 'throws';

const replies: Record<'accepted' | 'unable' | 'failed', StopReply> = {
  accepted: { kind: 'accepted' },
  unable: { kind: 'notSent', reason: { code: 'local.unable', message: 'there is no device' } },
  failed: { kind: 'unanswered', reason: { code: 'local.failed', message: 'it ended with exit code 1' } },
};

/** The service over ways that do as their kinds say; `calls` tells who was asked for what, and when (ms). */
const createBench = (kinds: readonly Kind[], policy: Partial<LocalPolicy> = {}) => {
  const clock = createVirtualClock();
  const journal = createMemoryJournal(clock);
  const log = createEventLog({ journal, bus: createBus(silentLogger), log: silentLogger, clock });
  const calls: [string, LocalAction, number][] = [];
  const ways = kinds.map((kind, index): LocalWay => {
    const name = `way${index + 1}`;
    const act: LocalWay['port']['act'] = async (action, { deadline, signal }) => {
      calls.push([name, action, clock.nowMs()]);
      if (kind === 'throws') throw new Error('a broken adapter');
      if (kind !== 'hangs') return replies[kind];
      await sleep(clock, deadline.remainingMs(), signal);
      return { kind: 'unanswered', reason: { code: 'local.failed', message: 'it was killed' } };
    };
    const examine = async () => ({
      actions: kind === 'unable' ? [] : localActions.filter((action) => action !== 'cycle'),
      findings: [good('tool', name)],
    });
    return { name, limitMs: 5_000, port: { act, examine } };
  });
  const service = createLocalService({
    ...{ clock, log: silentLogger, server: 'server1', journalLimitMs: 500, boot: 'boot-1' },
    policy: { actions: localActions, ways, deadlineMs: 60_000, stillRunsMs: 10_000, ...policy },
    record: log.record,
    newRequestId: () => `request-${journal.events().length}`,
  });
  const ask = (action: LocalAction = 'reset') => {
    const asked: { report?: LocalReport; atMs?: number } = {};
    void service.act({ action, requester: 'test', why: 'it hangs' }).then((report) => {
      Object.assign(asked, { report, atMs: clock.nowMs() });
    });
    return asked;
  };
  return { clock, journal, log, service, calls, ask, start: () => log.start() };
};

const started = async (...setup: Parameters<typeof createBench>) => {
  const bench = createBench(...setup);
  await bench.start();
  return bench;
};

const typesIn = ({ journal }: Awaited<ReturnType<typeof started>>) =>
  journal.events().map(({ type }) => type);

describe('the ways', () => {
  test('go one after the other: at once after a no, and 10 s after a yes that came to nothing', async () => {
    const bench = await started(['unable', 'accepted', 'failed', 'accepted']);
    const asked = bench.ask('off');
    await bench.clock.advance(9_999);
    expect(bench.calls).toEqual([
      ['way1', 'off', 0],
      ['way2', 'off', 0],
    ]);
    await bench.clock.advance(50_000);
    expect(bench.calls.slice(2)).toEqual([
      ['way3', 'off', 10_000],
      ['way4', 'off', 10_000],
    ]);
    expect(asked.atMs).toBe(20_000);
    expect(asked.report).toMatchObject({ outcome: 'unknown', accepted: true, journalled: true });
    expect(asked.report?.reason).toMatchObject({
      code: 'local.stillRuns',
      message: 'off was accepted (way2, way4), but this server still runs',
    });
    expect(asked.report?.steps).toEqual([
      { atMs: 0, step: 'way1', result: 'notSent: there is no device' },
      { atMs: 0, step: 'way2', result: 'accepted' },
      { atMs: 10_000, step: 'way2', result: 'failed: this server still runs 10 s later' },
      { atMs: 10_000, step: 'way3', result: 'unanswered: it ended with exit code 1' },
      { atMs: 10_000, step: 'way4', result: 'accepted' },
      { atMs: 20_000, step: 'way4', result: 'failed: this server still runs 10 s later' },
    ]);
    expect(bench.clock.armed()).toBe(0);
  });

  test('that hang end at their own limit', async () => {
    const bench = await started(['hangs', 'accepted']);
    bench.ask();
    await bench.clock.advance(30_000);
    expect(bench.calls.map(([way, , atMs]) => [way, atMs])).toEqual([
      ['way1', 0],
      ['way2', 5_000],
    ]);
  });

  test('end at the deadline of all of them; what was not tried is told', async () => {
    const bench = await started(['hangs', 'hangs', 'accepted'], { deadlineMs: 7_000 });
    const asked = bench.ask();
    await bench.clock.advance(7_000);
    expect(asked.atMs).toBe(7_000);
    expect(asked.report).toMatchObject({ outcome: 'unknown', reason: { code: 'local.failed' } });
    expect(asked.report).not.toHaveProperty('accepted');
    expect(asked.report?.steps.at(-1)).toMatchObject({
      step: 'way3',
      result: 'not tried: the deadline has passed',
    });
  });

  test.each([
    ['none was able to', ['unable', 'unable'], 'refused', 'local.unable'],
    ['one failed', ['unable', 'failed'], 'unknown', 'local.failed'],
    ['an adapter throws', ['throws', 'unable'], 'unknown', 'local.failed'],
  ] as const)('come to %s', async (_name, kinds, outcome, code) => {
    const bench = await started([...kinds]);
    const asked = bench.ask();
    await bench.clock.advance(1);
    expect(asked.report).toMatchObject({ outcome, reason: { code } });
    expect(asked.report).not.toHaveProperty('accepted');
    const last = bench.journal.events().at(-1);
    expect(last).toMatchObject({ type: 'local.finished', severity: 'critical', data: asked.report });
  });
});

describe('a request', () => {
  test('is on disk before anything is sent', async () => {
    const bench = await started(['accepted']);
    bench.journal.holdAppends(true);
    bench.ask('nmi');
    await bench.clock.advance(300);
    expect(bench.calls).toEqual([]);
    bench.journal.holdAppends(false);
    await bench.clock.advance(1);
    expect(bench.calls).toEqual([['way1', 'nmi', 300]]);
    expect(bench.journal.events()[0]).toMatchObject({
      type: 'local.requested',
      severity: 'warning',
      data: { server: 'server1', action: 'nmi', requester: 'test', why: 'it hangs', boot: 'boot-1' },
    });
  });

  test('goes on after 500 ms where the disk hangs, and says that it is not on record', async () => {
    const bench = await started(['unable']);
    bench.journal.holdAppends(true);
    const asked = bench.ask();
    await bench.clock.advance(1_000);
    expect(bench.calls).toEqual([['way1', 'reset', 500]]);
    expect(asked.report?.journalled).toBe(false);
    expect(asked.atMs).toBe(1_000);
  });

  test('goes on at once where the disk refuses', async () => {
    const bench = await started(['unable']);
    bench.journal.failAppends(new CodedError('journal.failed'));
    const asked = bench.ask();
    await bench.clock.advance(1);
    expect(bench.calls).toEqual([['way1', 'reset', 0]]);
    expect(asked.report?.journalled).toBe(false);
  });

  test('that is not allowed is refused, on record, and sends nothing', async () => {
    const bench = await started(['accepted'], { actions: ['off'] });
    const asked = bench.ask('reset');
    await bench.clock.advance(1);
    expect(asked.report).toMatchObject({
      outcome: 'refused',
      reason: { code: 'local.notAllowed' },
      steps: [],
    });
    expect(bench.calls).toEqual([]);
    expect(typesIn(bench)).toEqual(['local.refused']);
  });

  test('waits for no other: a second one is refused, and a later one is taken', async () => {
    const bench = await started(['accepted']);
    bench.ask('off');
    await bench.clock.advance(1_000);
    const second = bench.ask('off');
    await bench.clock.advance(1);
    expect(second.report).toMatchObject({ outcome: 'refused', reason: { code: 'local.busy' } });
    expect(bench.calls).toHaveLength(1);
    await bench.clock.advance(10_000);
    bench.ask('off');
    await bench.clock.advance(1);
    expect(bench.calls).toHaveLength(2);
    expect(bench.log.view().local).toMatchObject({ action: 'off' });
  });
});

describe('the end of the daemon', () => {
  test('calls off what is under way, tells so, and lets nothing new begin', async () => {
    const bench = await started(['accepted', 'accepted']);
    const asked = bench.ask();
    await bench.clock.advance(1_000);
    const stopped = bench.service.stop();
    await bench.clock.advance(1);
    await stopped;
    expect(bench.calls).toHaveLength(1);
    expect(asked.report).toMatchObject({
      ...{ outcome: 'unknown', accepted: true },
      reason: { code: 'fence.stopping' },
    });
    expect(bench.journal.events().at(-1)).toMatchObject({ type: 'local.finished', severity: 'warning' });
    const late = bench.service.act({ action: 'off', requester: 'test', why: 'late' });
    await expect(late).rejects.toMatchObject({ code: 'fence.stopping' });
    expect(bench.clock.armed()).toBe(0);
  });

  test.each([
    ['another boot proves that the server was started anew', 'boot-0', true],
    ['the same boot shows that only the gateway ended', 'boot-1', false],
    ['a boot that was not told proves nothing', undefined, undefined],
  ] as const)('without a word is told at the next start: %s', async (_name, boot, restarted) => {
    const bench = await started(['accepted']);
    const data = { request: 'r1', server: 'server1', action: 'reset', requester: 'test' } as const;
    const requested: NewEvent = {
      type: 'local.requested',
      source: 'fence',
      data: { ...data, why: 'it hangs', ...(boot && { boot }) },
    };
    const { at } = await bench.log.record(requested);
    await bench.service.resume(bench.log.view().local);
    expect(bench.journal.events().at(-1)).toMatchObject({
      type: 'local.interrupted',
      data: { ...data, requestedAt: at, ...(restarted !== undefined && { restarted }) },
    });
    expect('restarted' in (bench.journal.events().at(-1)?.data ?? {})).toBe(restarted !== undefined);
    expect(bench.log.view().local).toBeUndefined();
  });

  test('with everything told leaves nothing to tell', async () => {
    const bench = await started(['unable']);
    bench.ask();
    await bench.clock.advance(1);
    await bench.service.resume(bench.log.view().local);
    expect(typesIn(bench)).toEqual(['local.requested', 'local.finished']);
  });
});

describe('the examination', () => {
  test('works where every allowed action has a way, and sends nothing', async () => {
    const bench = await started(['unable', 'accepted'], { actions: ['reset', 'nmi'] });
    expect(await bench.service.examine()).toMatchObject({
      ...{ server: 'server1', works: true, missing: [] },
      ways: [
        { way: 'way1', actions: [] },
        { way: 'way2', actions: ['reset', 'nmi'] },
      ],
    });
    expect(bench.calls).toEqual([]);
  });

  test('names the allowed actions that nothing is able to', async () => {
    const bench = await started(['accepted']);
    expect(await bench.service.examine()).toMatchObject({ works: false, missing: ['cycle'] });
  });
});
