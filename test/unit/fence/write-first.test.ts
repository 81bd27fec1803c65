import { describe, expect, test } from 'vitest';
import { answered, answerOf, commandsOf, createFenceBench, journalDown, timesOf } from './bench.ts';

describe('a request is on disk before its first command', () => {
  test.each(['off', 'cycle', 'reset', 'nmi'] as const)('%s waits for a slow disk', async (action) => {
    const bench = createFenceBench();
    bench.journal.holdAppends(true);
    const asked = bench.ask(action);
    await bench.clock.advance(300);
    expect(commandsOf(bench.bmc())).toEqual([]);
    bench.journal.holdAppends(false);
    await bench.clock.advance(100);
    expect(bench.bmc().controls()[0]).toMatchObject({ call: action === 'cycle' ? 'off' : action, atMs: 300 });
    expect(answerOf(asked).journalled).toBe(true);
  });

  test('on waits for a slow disk', async () => {
    const bench = createFenceBench({ power: 'off' });
    bench.journal.holdAppends(true);
    bench.ask('on');
    await bench.clock.advance(300);
    expect(commandsOf(bench.bmc())).toEqual([]);
    bench.journal.holdAppends(false);
    await bench.clock.advance(100);
    expect(timesOf(bench.bmc(), 'on')).toEqual([300]);
  });

  test('the record names who asked for what, and with which deadline', async () => {
    const bench = createFenceBench();
    const { job } = await answered(bench, 'off', { deadlineMs: 7000 });
    expect(bench.events('fence.requested').map(({ data }) => data)).toEqual([
      { job, server: 'server1', action: 'off', requester: 'test', deadlineMs: 7000 },
    ]);
  });

  test('the outcome is on disk when the caller is told', async () => {
    const bench = createFenceBench();
    bench.journal.holdAppends(false);
    const { joined, waitedMs, ...report } = await answered(bench, 'off');
    expect(joined).toBe(false);
    expect(waitedMs).toBeLessThan(100);
    expect(bench.events('fence.finished').map(({ data }) => data)).toEqual([report]);
  });
});

describe('a disk that does not answer', () => {
  test('lets a power-off go on after 500 ms, and the answer says so', async () => {
    const bench = createFenceBench();
    bench.journal.holdAppends(true);
    const answer = await answered(bench, 'off');
    expect(timesOf(bench.bmc(), 'off')).toEqual([500]);
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: false });
    expect(answer.waitedMs).toBeLessThanOrEqual(1050);
  });

  test('lets a power-off that it refuses to record go on at once', async () => {
    const bench = createFenceBench();
    bench.journal.failAppends(journalDown);
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: false });
    expect(answer.waitedMs).toBeLessThan(50);
  });

  test('at the end of a job keeps the caller waiting 500 ms more at most', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 1000 } });
    const asked = bench.ask('off');
    await bench.clock.advance(900);
    bench.journal.holdAppends(true);
    await bench.clock.advance(700);
    expect(answerOf(asked)).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: false });
  });

  test('at the deadline is not called journalled, and the caller is still told in time', async () => {
    const bench = createFenceBench({ behaviour: { stuckOn: true } });
    const asked = bench.ask('off', { deadlineMs: 2000 });
    await bench.clock.advance(1000);
    bench.journal.holdAppends(true);
    await bench.clock.advance(1000);
    expect(answerOf(asked)).toMatchObject({ outcome: 'unknown', journalled: false });
    expect(asked.answeredMs).toBeLessThanOrEqual(2000);
  });

  test.each(['hangs', 'fails'] as const)('that %s keeps a power-on from being sent', async (how) => {
    const bench = createFenceBench({ power: 'off' });
    if (how === 'hangs') bench.journal.holdAppends(true);
    else bench.journal.failAppends(journalDown);
    const answer = await answered(bench, 'on');
    expect(answer).toMatchObject({
      outcome: 'refused',
      journalled: false,
      reason: { code: 'fence.journal' },
    });
    expect(answer.waitedMs).toBeLessThanOrEqual(1050);
    await bench.finish();
    expect(commandsOf(bench.bmc())).toEqual([]);
  });

  test.each(['hangs', 'fails'] as const)('that %s keeps a cycle from switching on again', async (how) => {
    const bench = createFenceBench();
    if (how === 'hangs') bench.journal.holdAppends(true);
    else bench.journal.failAppends(journalDown);
    expect(await answered(bench, 'cycle')).toMatchObject({ fenced: true, journalled: false });
    await bench.finish();
    expect(commandsOf(bench.bmc())).toEqual(['off']);
    const restarted = bench.offered.find(({ type }) => type === 'fence.restarted');
    expect(restarted?.data).toMatchObject({
      restart: { outcome: 'refused', reason: { code: 'fence.journal' } },
    });
  });

  test('does not keep a status from being read', async () => {
    const bench = createFenceBench();
    bench.journal.failAppends(journalDown);
    expect(await answered(bench, 'status')).toMatchObject({ outcome: 'confirmed', journalled: true });
  });
});
