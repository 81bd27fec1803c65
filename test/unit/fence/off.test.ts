import { describe, expect, test } from 'vitest';
import {
  answered,
  answerOf,
  commandsOf,
  createFenceBench,
  type FenceBench,
  server1,
  timesOf,
  waitedMs,
} from './bench.ts';

/** Runs everything to its end and sees that nothing was left behind. */
const leavesNothing = async (bench: FenceBench): Promise<void> => {
  await bench.finish();
  expect(bench.clock.armed()).toBe(0);
  expect(bench.bmc().openSessions()).toBe(0);
};

describe('a power-off that works', () => {
  test('of a server that is off already is sent all the same, and confirmed by a fresh read', async () => {
    const bench = createFenceBench({ power: 'off' });
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: true, joined: false });
    expect(answer.proof).toEqual({ by: 'bmc', power: 'off', at: '2026-01-01T00:00:00.006Z' });
    expect(answer.accepted).toBe(true);
    expect(commandsOf(bench.bmc())).toEqual(['off']);
    await leavesNothing(bench);
  });

  test('is answered when the server is really off, and not before', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 3000 } });
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true, accepted: true });
    expect(answer.waitedMs).toBeGreaterThan(3000);
    expect(commandsOf(bench.bmc())).toEqual(['off']);
    await leavesNothing(bench);
  });

  test.each([
    { offDelayMs: 3000, latencyMs: 2 },
    { offDelayMs: 3000, latencyMs: 50 },
    { offDelayMs: 2971, latencyMs: 50 },
    { offDelayMs: 3049, latencyMs: 50 },
    { offDelayMs: 3025, latencyMs: 20 },
  ])('costs at most 100 ms more than the hardware and the login: %o', async ({ offDelayMs, latencyMs }) => {
    const bench = createFenceBench({ times: { offDelayMs }, behaviour: { latencyMs } });
    const answer = await answered(bench, 'off');
    const loginReadAndCommandMs = 2 * latencyMs + latencyMs / 2;
    expect(answer.waitedMs - offDelayMs - loginReadAndCommandMs).toBeLessThanOrEqual(100);
  });

  test('polls quickly at first and never more often than every 20 ms', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 4500 } });
    await answered(bench, 'off');
    const reads = bench.bmc().calls.filter(({ call }) => call === 'read');
    const polls = reads.slice(2).map(({ atMs }, index) => atMs - (reads[index + 1]?.atMs ?? 0));
    expect(Math.min(...polls)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...polls)).toBeLessThanOrEqual(120);
    expect(reads.length).toBeLessThan(120);
  });

  test('tells its steps in order, in milliseconds since the request', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 1000 } });
    const { steps } = await answered(bench, 'off');
    expect(steps.map(({ step, result }) => `${step}: ${result}`)).toEqual([
      'open: logged in, no identity given',
      'off: accepted',
      'read: on',
      'read: off',
      'proved: off, read by bmc',
    ]);
    expect(steps.every(({ atMs }, index) => atMs >= (steps[index - 1]?.atMs ?? 0))).toBe(true);
  });

  test('takes "not in this state" for what it is: the server went off by itself just then', async () => {
    const bench = createFenceBench();
    const bmc = bench.bmc();
    bmc.behaviour.offNeedsOn = true;
    const asked = bench.ask('off');
    await bench.clock.advance(4);
    bmc.machine.press('off');
    await bench.clock.advance(1000);
    expect(commandsOf(bmc)).toEqual(['off']);
    expect(answerOf(asked)).toMatchObject({ outcome: 'confirmed', fenced: true });
  });

  test('is sent again after "busy" and a fresh read of on', async () => {
    const bench = createFenceBench();
    bench.bmc().faultControls('bmc.busy', 3);
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true });
    expect(answer.waitedMs).toBeLessThan(1000);
    expect(commandsOf(bench.bmc())).toEqual(['off', 'off', 'off', 'off']);
  });

  test('is sent again at once when the command was lost, and only after a fresh read of on', async () => {
    const bench = createFenceBench();
    bench.bmc().faultControls('lostUnanswered');
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true });
    const calls = bench.bmc().calls.map(({ call }) => call);
    expect(calls.filter((call) => call !== 'open')).toEqual(['off', 'read', 'off', 'read']);
  });

  test('is not sent again when only the answer was lost', async () => {
    const bench = createFenceBench();
    bench.bmc().faultControls('doneUnanswered');
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true });
    expect(commandsOf(bench.bmc())).toEqual(['off']);
  });

  test('is sent again after five seconds on, where the BMC accepted it and did nothing', async () => {
    const bench = createFenceBench();
    bench.bmc().faultControls('ignored');
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true });
    const [first = 0, second = 0] = timesOf(bench.bmc(), 'off');
    expect(second - first).toBeGreaterThanOrEqual(5000);
    expect(second - first).toBeLessThan(5300);
  });

  test.each(['bmc.timeout', 'bmc.sessionFull', 'bmc.busy', 'bmc.protocol'] as const)(
    'outlives a login that fails twice with %s',
    async (code) => {
      const bench = createFenceBench();
      bench.bmc().failOpens(code, 2);
      expect(await answered(bench, 'off')).toMatchObject({ outcome: 'confirmed', fenced: true });
    },
  );

  test('outlives reads that fail after the command was sent, also with a port that closed', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 2000 } });
    const asked = bench.ask('off');
    await bench.clock.advance(10);
    bench.bmc().failReads('bmc.protocol', 1);
    bench.bmc().failOpens('bmc.portClosed', 3);
    await bench.clock.advance(15_000);
    expect(answerOf(asked)).toMatchObject({ outcome: 'confirmed', fenced: true });
  });

  test('logs in again at once where the BMC forgot the session before the command', async () => {
    const bench = createFenceBench();
    bench.bmc().behaviour.queueMs = 10;
    const asked = bench.ask('off');
    await bench.clock.advance(5);
    bench.bmc().forgetSessions();
    await bench.clock.advance(15_000);
    expect(answerOf(asked)).toMatchObject({ outcome: 'confirmed', fenced: true });
    expect(waitedMs(asked)).toBeLessThan(1100);
  });

  test('goes on where a driver throws instead of answering', async () => {
    const bench = createFenceBench();
    bench.bmc().faultControls('throws');
    expect(await answered(bench, 'off')).toMatchObject({ outcome: 'confirmed', fenced: true });
    await leavesNothing(bench);
  });
});

describe('a power-off that cannot be proved', () => {
  test('of a server that stays on is unknown just before the deadline, with the acceptance told', async () => {
    const bench = createFenceBench({ behaviour: { stuckOn: true } });
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'unknown', fenced: false, accepted: true });
    expect(answer.reason?.code).toBe('fence.deadline');
    expect(answer.proof).toBeUndefined();
    expect(answer.waitedMs).toBeGreaterThanOrEqual(14_750);
    expect(answer.waitedMs).toBeLessThanOrEqual(15_000);
    await leavesNothing(bench);
  });

  test.each([40, 200, 1000, 7000])('answers a deadline of %d ms in time too', async (deadlineMs) => {
    const bench = createFenceBench({ behaviour: { stuckOn: true } });
    const answer = await answered(bench, 'off', { deadlineMs });
    expect(answer.outcome).toBe('unknown');
    expect(answer.waitedMs).toBeGreaterThanOrEqual(deadlineMs - 250);
    expect(answer.waitedMs).toBeLessThanOrEqual(deadlineMs);
    await leavesNothing(bench);
  });

  test('sends nothing after the deadline, though it goes on observing', async () => {
    const bench = createFenceBench({ behaviour: { stuckOn: true } });
    await answered(bench, 'off');
    await bench.finish();
    expect(Math.max(...timesOf(bench.bmc(), 'off'))).toBeLessThan(15_000);
    expect(bench.bmc().calls.at(-1)?.atMs).toBeGreaterThan(100_000);
  });

  test('sends nothing after the deadline, also when the command had to wait for its turn', async () => {
    const bench = createFenceBench({ behaviour: { queueMs: 2000 } });
    const answer = await answered(bench, 'off', { deadlineMs: 1000 });
    expect(answer).toMatchObject({ outcome: 'unknown', fenced: false });
    await bench.finish();
    expect(commandsOf(bench.bmc())).toEqual([]);
    expect(bench.bmc().machine.power()).toBe('on');
  });

  test('is refused at once where the password is wrong, after exactly one login', async () => {
    const bench = createFenceBench();
    bench.bmc().failOpens('bmc.auth', 9);
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'refused', fenced: false, reason: { code: 'bmc.auth' } });
    expect(answer.waitedMs).toBeLessThan(50);
    await leavesNothing(bench);
    expect(bench.bmc().calls.map(({ call }) => call)).toEqual(['open']);
  });

  test.each(['bmc.portClosed', 'bmc.unreachable', 'bmc.user', 'bmc.kg', 'bmc.cipherSuite'] as const)(
    'is refused at once on %s before anything was sent',
    async (code) => {
      const bench = createFenceBench();
      bench.bmc().failOpens(code, 9);
      const answer = await answered(bench, 'off');
      expect(answer).toMatchObject({ outcome: 'refused', fenced: false, reason: { code } });
      expect(answer.waitedMs).toBeLessThan(50);
    },
  );

  test.each(['bmc.privilege', 'bmc.rejected'] as const)(
    'is refused where the BMC said a lasting no (%s), and says it again after the server was read on',
    async (code) => {
      const bench = createFenceBench();
      bench.bmc().faultControls(code, 2);
      const answer = await answered(bench, 'off');
      expect(answer).toMatchObject({ outcome: 'refused', fenced: false, reason: { code } });
      expect(commandsOf(bench.bmc())).toEqual(['off', 'off']);
      expect(answer.waitedMs).toBeLessThan(200);
    },
  );

  test.each(['bmc.privilege', 'bmc.rejected'] as const)(
    'of a server that is off is confirmed, in whatever words its BMC refused the command (%s)',
    async (code) => {
      const bench = createFenceBench({ power: 'off' });
      bench.bmc().faultControls(code);
      expect(await answered(bench, 'off')).toMatchObject({ outcome: 'confirmed', fenced: true });
      expect(commandsOf(bench.bmc())).toEqual(['off']);
    },
  );

  test('is unknown, not refused, where the lasting no came after a command that may have been done', async () => {
    const bench = createFenceBench();
    bench.bmc().faultControls('lostUnanswered');
    bench.bmc().faultControls('bmc.privilege');
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'unknown', fenced: false, reason: { code: 'bmc.privilege' } });
  });

  test('is unknown where the BMC let nobody in any more after the command was sent', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 60_000 } });
    const asked = bench.ask('off');
    await bench.clock.advance(10);
    bench.bmc().failReads('bmc.protocol', 1);
    bench.bmc().failOpens('bmc.auth', 1);
    await bench.clock.advance(15_000);
    expect(answerOf(asked)).toMatchObject({ outcome: 'unknown', fenced: false, accepted: true });
    expect(answerOf(asked).reason?.code).toBe('bmc.auth');
  });

  test.each([15_000, 3000])('of a frozen BMC is unknown with bmc.timeout at %d ms', async (deadlineMs) => {
    const bench = createFenceBench({ behaviour: { frozen: true } });
    const answer = await answered(bench, 'off', { deadlineMs });
    expect(answer).toMatchObject({ outcome: 'unknown', fenced: false, reason: { code: 'bmc.timeout' } });
    expect(answer.waitedMs).toBeGreaterThanOrEqual(deadlineMs - 250);
    expect(answer.waitedMs).toBeLessThanOrEqual(deadlineMs);
    await leavesNothing(bench);
  });
});

describe('after the deadline', () => {
  test('a late proof is an event, and the job then says fenced', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 20_000 } });
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'unknown', fenced: false });
    await bench.clock.advance(6000);
    const [late] = bench.events('fence.provedLate');
    expect(late?.data).toMatchObject({ job: answer.job, server: server1, proof: { power: 'off' } });
    expect(bench.service.find(answer.job)?.report).toMatchObject({ outcome: 'confirmed', fenced: true });
    expect(bench.events('fence.finished').map(({ data }) => data.fenced)).toEqual([false]);
    await leavesNothing(bench);
  });

  test('a proof in time is no late proof', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 2000 } });
    await answered(bench, 'off');
    await bench.finish();
    expect(bench.events('fence.provedLate')).toEqual([]);
  });

  test('an answer never claims more than the journal holds, also for a proof in the last moment', async () => {
    const bench = createFenceBench({ behaviour: { latencyMs: 0 }, settings: { answerMarginMs: 20 } });
    const asked = bench.ask('off', { deadlineMs: 1000 });
    bench.bmc().machine.times.offDelayMs = 880;
    bench.journal.holdAppends(false);
    await bench.clock.advance(845);
    bench.journal.holdAppends(true);
    await bench.clock.advance(155);
    const answer = answerOf(asked);
    expect(answer.fenced && answer.journalled).toBe(false);
    expect(waitedMs(asked)).toBeLessThanOrEqual(1000);
  });

  test('observing ends by itself', async () => {
    const bench = createFenceBench({ behaviour: { stuckOn: true }, settings: { observeMs: 30_000 } });
    await answered(bench, 'off');
    await bench.clock.advance(31_000);
    expect(bench.clock.armed()).toBe(0);
    const reads = bench.bmc().calls.length;
    await bench.clock.advance(60_000);
    expect(bench.bmc().calls.length).toBe(reads);
  });

  test('a new request is a new job, which may send again', async () => {
    const bench = createFenceBench({ behaviour: { stuckOn: true } });
    const first = await answered(bench, 'off');
    bench.bmc().behaviour.stuckOn = false;
    const second = await answered(bench, 'off');
    expect(second).toMatchObject({ outcome: 'confirmed', fenced: true, joined: false });
    expect(second.job).not.toBe(first.job);
    await leavesNothing(bench);
  });
});
