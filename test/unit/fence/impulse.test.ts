import { describe, expect, test } from 'vitest';
import { answered, answerOf, commandsOf, createFenceBench } from './bench.ts';

describe.each(['reset', 'nmi'] as const)('%s', (action) => {
  test('that was accepted is unknown at once, and says so', async () => {
    const bench = createFenceBench();
    const answer = await answered(bench, action);
    expect(answer).toMatchObject({ outcome: 'unknown', fenced: false, accepted: true });
    expect(answer.reason?.code).toBe('fence.notProvable');
    expect(answer.waitedMs).toBeLessThan(50);
    expect(commandsOf(bench.bmc())).toEqual([action]);
    await bench.finish();
    expect(bench.clock.armed()).toBe(0);
  });

  test('of a server that is off is refused, nothing sent, with the proof that it is off', async () => {
    const bench = createFenceBench({ power: 'off' });
    const answer = await answered(bench, action);
    expect(answer).toMatchObject({ outcome: 'refused', fenced: true, reason: { code: 'bmc.state' } });
    expect(answer.proof).toMatchObject({ by: 'bmc', power: 'off' });
    expect(commandsOf(bench.bmc())).toEqual([]);
  });

  test.each(['lostUnanswered', 'doneUnanswered', 'throws'] as const)(
    'that got no answer is unknown and never sent again (%s)',
    async (fault) => {
      const bench = createFenceBench();
      bench.bmc().faultControls(fault);
      const answer = await answered(bench, action);
      expect(answer).toMatchObject({ outcome: 'unknown', fenced: false });
      expect(answer.accepted).toBeUndefined();
      await bench.finish();
      expect(commandsOf(bench.bmc())).toEqual([action]);
    },
  );

  test('that the BMC rejected is refused', async () => {
    const bench = createFenceBench();
    bench.bmc().faultControls('bmc.rejected');
    expect(await answered(bench, action)).toMatchObject({
      outcome: 'refused',
      reason: { code: 'bmc.rejected' },
    });
  });

  test('is refused while a power-off is not finished', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 2000 } });
    bench.ask('off');
    await bench.clock.advance(100);
    const asked = bench.ask(action);
    await bench.clock.advance(100);
    expect(answerOf(asked)).toMatchObject({ outcome: 'refused', reason: { code: 'fence.offPending' } });
    expect(commandsOf(bench.bmc())).toEqual(['off']);
  });

  test('gives way to a power-off before it was sent', async () => {
    const bench = createFenceBench({ behaviour: { latencyMs: 100 } });
    const asked = bench.ask(action);
    await bench.clock.advance(150);
    const off = bench.ask('off');
    await bench.clock.advance(1000);
    expect(answerOf(asked)).toMatchObject({ outcome: 'refused', reason: { code: 'fence.preempted' } });
    expect(answerOf(off).fenced).toBe(true);
    expect(commandsOf(bench.bmc())).toEqual(['off']);
  });
});

describe('status', () => {
  test.each(['on', 'off'] as const)(
    'reads %s, changes nothing and owes the journal nothing',
    async (power) => {
      const bench = createFenceBench({ power });
      const answer = await answered(bench, 'status');
      expect(answer).toMatchObject({ outcome: 'confirmed', fenced: power === 'off', proof: { power } });
      expect(commandsOf(bench.bmc())).toEqual([]);
      expect(bench.journal.events()).toEqual([]);
    },
  );

  test('is answered during a power-off, and holds nothing up', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 2000 } });
    bench.ask('off');
    await bench.clock.advance(1000);
    const asked = bench.ask('status');
    await bench.clock.advance(100);
    expect(answerOf(asked)).toMatchObject({ outcome: 'confirmed', fenced: false, proof: { power: 'on' } });
  });
});
