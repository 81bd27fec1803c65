import { describe, expect, test } from 'vitest';
import { answered, answerOf, commandsOf, createFenceBench } from './bench.ts';

describe('guards', () => {
  test('a gateway does not stop the server it runs on, but reads it', async () => {
    const bench = createFenceBench({ self: 'server1' });
    for (const action of ['off', 'on', 'cycle', 'reset', 'nmi'] as const) {
      expect(await answered(bench, action)).toMatchObject({
        outcome: 'refused',
        fenced: false,
        reason: { code: 'fence.self' },
      });
    }
    expect(bench.bmc().calls).toEqual([]);
    expect(await answered(bench, 'status')).toMatchObject({ outcome: 'confirmed' });
    expect(await answered(bench, 'off', { server: 'server2' })).toMatchObject({ fenced: true });
  });

  test('a server without a BMC is refused, and the refusal is on record', async () => {
    const bench = createFenceBench({ withoutBmc: ['bare'] });
    const answer = await answered(bench, 'off', { server: 'bare' });
    expect(answer).toMatchObject({ outcome: 'refused', fenced: false, reason: { code: 'fence.noBmc' } });
    expect(bench.events('fence.finished').map(({ data }) => data.job)).toEqual([answer.job]);
    expect(bench.service.find(answer.job)).toMatchObject({ running: false });
  });

  test('a server that nobody knows is an error, not an answer', async () => {
    const bench = createFenceBench();
    const asked = bench.ask('off', { server: 'nowhere' });
    await bench.clock.advance(10);
    expect(asked.error).toMatchObject({ code: 'server.unknown' });
  });

  test('a job that was never there is not found', () => {
    expect(createFenceBench().service.find('job-404')).toBeUndefined();
  });
});

describe('stop', () => {
  test('takes no new requests', async () => {
    const bench = createFenceBench();
    await bench.service.stop();
    const asked = bench.ask('off');
    await bench.clock.advance(10);
    expect(asked.error).toMatchObject({ code: 'fence.stopping' });
  });

  test.each([
    { name: 'a frozen BMC', behaviour: { frozen: true } },
    { name: 'a driver that does not notice', behaviour: { frozen: true, deaf: true } },
    { name: 'a server that stays on', behaviour: { stuckOn: true } },
    { name: 'a command that waits for its turn', behaviour: { queueMs: 4000 } },
  ])('ends every job promptly with $name', async ({ behaviour }) => {
    const bench = createFenceBench({ behaviour });
    const jobs = (['off', 'status'] as const).map((action) => bench.ask(action));
    await bench.clock.advance(1000);
    const unanswered = jobs.filter(({ answer }) => !answer);
    let stopped = false;
    void bench.service.stop().then(() => {
      stopped = true;
    });
    await bench.clock.advance(100);
    expect(stopped).toBe(true);
    for (const asked of unanswered) {
      expect(answerOf(asked)).toMatchObject({ fenced: false, reason: { code: 'fence.stopping' } });
    }
    await bench.clock.advance(60_000);
    expect(bench.clock.armed()).toBe(0);
    expect(bench.bmc().openSessions()).toBe(0);
  });

  test('says refused of what was not sent, and unknown of what was', async () => {
    const bench = createFenceBench({ behaviour: { stuckOn: true } });
    bench.bmc('server2').behaviour.frozen = true;
    const sent = bench.ask('off');
    const unsent = bench.ask('off', { server: 'server2' });
    await bench.clock.advance(500);
    void bench.service.stop();
    await bench.clock.advance(10);
    expect(answerOf(sent).outcome).toBe('unknown');
    expect(answerOf(unsent).outcome).toBe('refused');
  });

  test('ends within a second also where the disk hangs', async () => {
    const bench = createFenceBench({ behaviour: { frozen: true } });
    bench.journal.holdAppends(true);
    bench.ask('off');
    let stopped = false;
    void bench.service.stop().then(() => {
      stopped = true;
    });
    await bench.clock.advance(1000);
    expect(stopped).toBe(true);
  });

  test('keeps a cycle that waits from switching on again', async () => {
    const bench = createFenceBench({ power: 'off', behaviour: { queueMs: 1000 } });
    bench.ask('cycle');
    await bench.clock.advance(500);
    await bench.service.stop();
    await bench.finish();
    expect(commandsOf(bench.bmc())).toEqual([]);
  });

  test('forgets old jobs, and never one that runs', async () => {
    const bench = createFenceBench();
    bench.bmc('server2').behaviour.stuckOn = true;
    const running = bench.ask('off', { server: 'server2' });
    await bench.clock.advance(1000);
    const first = await answered(bench, 'status', { deadlineMs: 20 });
    for (let count = 0; count < 250; count += 1) await answered(bench, 'status', { deadlineMs: 20 });
    expect(bench.service.find(first.job)).toBeUndefined();
    await bench.clock.advance(20_000);
    expect(bench.service.find(answerOf(running).job)).toMatchObject({ running: true });
  });
});
