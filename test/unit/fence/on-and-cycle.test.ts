import { describe, expect, test } from 'vitest';
import { answered, answerOf, commandsOf, createFenceBench, timesOf } from './bench.ts';

describe('on', () => {
  test('of a server that is on is confirmed, never fenced, and sends nothing', async () => {
    const bench = createFenceBench();
    expect(await answered(bench, 'on')).toMatchObject({
      outcome: 'confirmed',
      fenced: false,
      proof: { power: 'on' },
    });
    expect(commandsOf(bench.bmc())).toEqual([]);
  });

  test('is sent once and confirmed when the server reads on', async () => {
    const bench = createFenceBench({ power: 'off', times: { onDelayMs: 5000 } });
    const answer = await answered(bench, 'on');
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: false, accepted: true });
    expect(answer.waitedMs).toBeGreaterThan(5000);
    expect(commandsOf(bench.bmc())).toEqual(['on']);
  });

  test.each(['lostUnanswered', 'ignored', 'throws'] as const)(
    'is never sent twice, whatever became of it (%s)',
    async (fault) => {
      const bench = createFenceBench({ power: 'off', times: { onDelayMs: 600_000 } });
      bench.bmc().faultControls(fault);
      expect(await answered(bench, 'on')).toMatchObject({ outcome: 'unknown', fenced: false });
      await bench.finish();
      expect(commandsOf(bench.bmc())).toEqual(['on']);
      expect(bench.clock.armed()).toBe(0);
    },
  );

  test.each(['bmc.busy', 'bmc.privilege', 'bmc.state'] as const)(
    'is refused where the BMC said %s',
    async (code) => {
      const bench = createFenceBench({ power: 'off' });
      bench.bmc().faultControls(code);
      expect(await answered(bench, 'on')).toMatchObject({
        outcome: 'refused',
        fenced: false,
        reason: { code },
      });
      expect(commandsOf(bench.bmc())).toEqual(['on']);
    },
  );

  test('is refused while a power-off is not finished, and allowed after it', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 2000 } });
    const off = bench.ask('off');
    await bench.clock.advance(500);
    const early = bench.ask('on');
    await bench.clock.advance(100);
    expect(answerOf(early)).toMatchObject({ outcome: 'refused', reason: { code: 'fence.offPending' } });
    await bench.clock.advance(3000);
    expect(answerOf(off).fenced).toBe(true);
    expect(commandsOf(bench.bmc())).toEqual(['off']);
    expect(await answered(bench, 'on')).toMatchObject({ outcome: 'confirmed', fenced: false });
  });

  test('is allowed when a power-off only observes past its deadline', async () => {
    const bench = createFenceBench({ behaviour: { stuckOn: true } });
    await answered(bench, 'off');
    expect(await answered(bench, 'on')).toMatchObject({ outcome: 'confirmed', proof: { power: 'on' } });
  });

  test('gives way to a power-off before it was sent', async () => {
    const bench = createFenceBench({ power: 'off', behaviour: { latencyMs: 100 } });
    const on = bench.ask('on');
    await bench.clock.advance(150);
    const off = bench.ask('off');
    await bench.clock.advance(15_000);
    expect(answerOf(on)).toMatchObject({ outcome: 'refused', reason: { code: 'fence.preempted' } });
    expect(answerOf(off)).toMatchObject({ outcome: 'confirmed', fenced: true });
    expect(commandsOf(bench.bmc())).not.toContain('on');
  });

  test('that gave way after it was sent is unknown', async () => {
    const bench = createFenceBench({ power: 'off', times: { onDelayMs: 5000 } });
    const on = bench.ask('on');
    await bench.clock.advance(1000);
    bench.ask('off');
    await bench.clock.advance(100);
    expect(answerOf(on)).toMatchObject({ outcome: 'unknown', reason: { code: 'fence.preempted' } });
  });
});

/** The power-on is under way and not to be seen yet. */
const powerOnPending = async (behaviour = {}) => {
  const bench = createFenceBench({ power: 'off', times: { onDelayMs: 5000 }, behaviour });
  bench.ask('on');
  await bench.clock.advance(1000);
  expect(commandsOf(bench.bmc())).toEqual(['on']);
  expect(bench.bmc().machine.power()).toBe('off');
  return bench;
};

describe('while a power-on may be pending', () => {
  test('a power-off is not confirmed from the first read of off: it is sent first', async () => {
    const bench = await powerOnPending();
    const answer = await answered(bench, 'off');
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true, accepted: true });
    expect(commandsOf(bench.bmc())).toEqual(['on', 'off']);
    await bench.finish();
    expect(bench.bmc().machine.cameOnMs).toEqual([]);
  });

  test('a power-off in the same instant as the power-on is sent too', async () => {
    const bench = createFenceBench({
      power: 'off',
      times: { onDelayMs: 5000 },
      behaviour: { latencyMs: 0 },
    });
    bench.ask('on');
    await bench.clock.advance(0);
    const off = bench.ask('off');
    await bench.clock.advance(1000);
    expect(answerOf(off).fenced).toBe(true);
    await bench.finish();
    expect(bench.bmc().machine.power()).toBe('off');
  });

  test('"not in this state" does not make an off that will end a proof', async () => {
    const bench = await powerOnPending({ offNeedsOn: true });
    const answer = await answered(bench, 'off');
    expect(bench.bmc().machine.cameOnMs).toHaveLength(1);
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true });
    expect(answer.waitedMs).toBeGreaterThan(4000);
    expect(bench.bmc().machine.power()).toBe('off');
  });

  test('a power-on that never came is held to have failed after as long as jobs observe', async () => {
    const bench = createFenceBench({ power: 'off', behaviour: { offNeedsOn: true } });
    bench.bmc().faultControls('lostUnanswered');
    await answered(bench, 'on');
    expect(await answered(bench, 'off')).toMatchObject({ outcome: 'unknown', fenced: false });
    await bench.clock.advance(120_000);
    expect(await answered(bench, 'off')).toMatchObject({ outcome: 'confirmed', fenced: true });
  });

  test('a second power-on that was rejected does not make the first one forgotten', async () => {
    const bench = createFenceBench({ power: 'off', times: { onDelayMs: 30_000 } });
    await answered(bench, 'on', { deadlineMs: 1000 });
    bench.bmc().faultControls('bmc.busy');
    expect(await answered(bench, 'on', { deadlineMs: 1000 })).toMatchObject({ outcome: 'refused' });
    const off = await answered(bench, 'off');
    expect(off.fenced).toBe(true);
    await bench.finish();
    expect(bench.bmc().machine.power()).toBe('off');
  });

  test('an older power-off that still observes proves nothing', async () => {
    const bench = createFenceBench({ behaviour: { stuckOn: true } });
    const old = await answered(bench, 'off');
    bench.bmc().machine.press('off');
    bench.bmc().behaviour.frozen = true;
    await bench.clock.advance(6000);
    bench.bmc().behaviour.frozen = false;
    bench.bmc().behaviour.stuckOn = false;
    bench.bmc().machine.times.onDelayMs = 5000;
    bench.bmc().behaviour.latencyMs = 0;
    bench.ask('on', { deadlineMs: 1000 });
    await bench.clock.advance(3000);
    const next = bench.ask('off');
    await bench.clock.advance(1000);
    expect(answerOf(next)).toMatchObject({ fenced: true });
    await bench.finish();
    expect(bench.bmc().machine.power()).toBe('off');
    expect(bench.service.find(old.job)?.running).toBe(false);
  });

  test('a reading of on that was asked for before the power-on left does not say that it is done', async () => {
    const latencyMs = 100;
    const bench = createFenceBench({ power: 'off', times: { onDelayMs: 5000 }, behaviour: { latencyMs } });
    bench.ask('on');
    await bench.clock.advance(80);
    bench.ask('status');
    await bench.clock.advance(140);
    bench.bmc().machine.press('on');
    await bench.clock.advance(20);
    bench.bmc().machine.press('off');
    await bench.clock.advance(60);
    const off = bench.ask('off');
    await bench.clock.advance(2000);
    expect(answerOf(off).fenced).toBe(true);
    await bench.finish();
    expect(commandsOf(bench.bmc())).toEqual(['on', 'off']);
    expect(bench.bmc().machine.power()).toBe('off');
  });

  test.each(['status', 'reset', 'nmi'] as const)('%s does not say fenced', async (action) => {
    const bench = await powerOnPending();
    const answer = await answered(bench, action, { deadlineMs: 2000 });
    expect(answer).toMatchObject({ fenced: false, proof: { power: 'off' } });
  });

  test('status does not say fenced while a power-on is about to be sent', async () => {
    const bench = createFenceBench({ power: 'off', behaviour: { queueMs: 2000 } });
    bench.ask('on');
    await bench.clock.advance(100);
    expect((await answered(bench, 'status', { deadlineMs: 1000 })).fenced).toBe(false);
    expect(commandsOf(bench.bmc())).toEqual([]);
  });

  test('the same holds for a power-on from before a restart of the daemon', async () => {
    const bench = createFenceBench({ power: 'off' });
    const old = { id: 'old', server: 'server1', action: 'on', requester: 'test', remainingMs: 0 } as const;
    void bench.service.resume({ interrupted: [old], mayComeOn: ['server1'], stopped: [] });
    await bench.clock.advance(1000);
    expect(await answered(bench, 'off')).toMatchObject({
      outcome: 'confirmed',
      fenced: true,
      accepted: true,
    });
    expect(commandsOf(bench.bmc())).toEqual(['off']);
  });
});

describe('cycle', () => {
  test('answers at the proof of off, with the restart pending, and tells of it later', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 1000, onDelayMs: 3000 } });
    const answer = await answered(bench, 'cycle');
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true, restart: { outcome: 'pending' } });
    expect(answer.waitedMs).toBeLessThan(1200);
    expect(commandsOf(bench.bmc())).toEqual(['off', 'on']);
    const [restarted] = bench.events('fence.restarted');
    expect(restarted?.data.restart).toEqual({ outcome: 'confirmed' });
    expect(bench.service.find(answer.job)?.report.restart).toEqual({ outcome: 'confirmed' });
    await bench.finish();
    expect(bench.clock.armed()).toBe(0);
  });

  test('switches on again a server that was off already', async () => {
    const bench = createFenceBench({ power: 'off' });
    expect(await answered(bench, 'cycle')).toMatchObject({ outcome: 'confirmed', fenced: true });
    expect(commandsOf(bench.bmc())).toEqual(['off', 'on']);
  });

  test('gives way to a power-off during its restart: no on is sent after the off began', async () => {
    const bench = createFenceBench({ behaviour: { latencyMs: 100 } });
    const cycle = bench.ask('cycle');
    await bench.clock.advance(320);
    expect(answerOf(cycle).fenced).toBe(true);
    const off = bench.ask('off');
    await bench.clock.advance(15_000);
    expect(answerOf(off)).toMatchObject({ outcome: 'confirmed', fenced: true });
    await bench.finish();
    expect(commandsOf(bench.bmc())).toEqual(['off', 'off']);
    expect(bench.events('fence.restarted').map(({ data }) => data.restart)).toMatchObject([
      { outcome: 'refused', reason: { code: 'fence.preempted' } },
    ]);
  });

  test('gives way to a power-off after its power-on left: the off is sent, and proved after it', async () => {
    const bench = createFenceBench({ times: { onDelayMs: 5000 } });
    bench.ask('cycle');
    await bench.clock.advance(1000);
    expect(commandsOf(bench.bmc())).toEqual(['off', 'on']);
    const off = bench.ask('off');
    await bench.clock.advance(15_000);
    expect(answerOf(off)).toMatchObject({ outcome: 'confirmed', fenced: true });
    expect(bench.bmc().machine.power()).toBe('off');
    expect(bench.events('fence.restarted')[0]?.data.restart).toMatchObject({ outcome: 'unknown' });
  });

  test('does not switch on again where a power-off came while it was powering off', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 3000 } });
    const cycle = bench.ask('cycle');
    await bench.clock.advance(1000);
    const off = bench.ask('off');
    await bench.clock.advance(15_000);
    expect(answerOf(off).fenced).toBe(true);
    expect(answerOf(cycle)).toMatchObject({ fenced: true, restart: { outcome: 'refused' } });
    await bench.finish();
    expect(commandsOf(bench.bmc())).not.toContain('on');
  });

  test('proved late does not switch on again', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 20_000 } });
    expect(await answered(bench, 'cycle')).toMatchObject({ outcome: 'unknown', fenced: false });
    await bench.finish();
    expect(bench.events('fence.provedLate')).toHaveLength(1);
    expect(bench.events('fence.restarted')[0]?.data.restart).toMatchObject({
      outcome: 'refused',
      reason: { code: 'fence.deadline' },
    });
    expect(commandsOf(bench.bmc())).not.toContain('on');
  });

  test('proved in time switches on again, also where the record of it takes its time', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 800 }, behaviour: { latencyMs: 0 } });
    const cycle = bench.ask('cycle', { deadlineMs: 1000 });
    await bench.clock.advance(700);
    bench.journal.holdAppends(true);
    await bench.clock.advance(2000);
    bench.journal.holdAppends(false);
    await bench.clock.advance(100);
    expect(answerOf(cycle)).toMatchObject({ fenced: true, journalled: false });
    expect(bench.events('fence.restarted')[0]?.data.restart).toEqual({ outcome: 'confirmed' });
  });

  test('says refused of a restart that the BMC rejected', async () => {
    const bench = createFenceBench();
    bench.bmc().faultControls('doneUnanswered');
    bench.bmc().faultControls('bmc.privilege');
    await answered(bench, 'cycle');
    expect(bench.events('fence.restarted')[0]?.data.restart).toMatchObject({
      outcome: 'refused',
      reason: { code: 'bmc.privilege' },
    });
  });

  test('sends its power-on once, also where the driver breaks', async () => {
    const bench = createFenceBench({ times: { onDelayMs: 600_000 } });
    bench.bmc().faultControls('doneUnanswered');
    bench.bmc().faultControls('throws');
    await answered(bench, 'cycle');
    await bench.finish();
    expect(timesOf(bench.bmc(), 'on')).toHaveLength(1);
    expect(bench.events('fence.restarted')[0]?.data.restart.outcome).toBe('unknown');
    expect(bench.clock.armed()).toBe(0);
  });
});
