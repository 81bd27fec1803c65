import { describe, expect, test } from 'vitest';
import type { FenceAction } from '../../../src/core/outcome.ts';
import type { Event } from '../../../src/events/catalogue.ts';
import { applyEvent, emptyView } from '../../../src/events/view.ts';
import { carriedOver } from '../../../src/fence/carry-over.ts';
import {
  type AskOptions,
  answered,
  answerOf,
  type BenchOptions,
  commandsOf,
  createFenceBench,
} from './bench.ts';

/** Guards against what a cluster in trouble asks for; and that each lets the last way out pass. */

const at = new Date(Date.UTC(2026, 0, 1)).toISOString();
const off = { at, by: 'bmc' } as const;
const four = ['server1', 'server2', 'server3', 'server4'];

const race = (options: BenchOptions = {}) => {
  const bench = createFenceBench({ servers: four, ...options });
  bench.provedOff.set('server2', off);
  return bench;
};

describe('a server that was proved off', () => {
  test.each(['off', 'cycle', 'reset', 'nmi'] as const)('may not ask for %s of another', async (action) => {
    const bench = race();
    const answer = await answered(bench, action, { requester: 'server2' });
    expect(answer).toMatchObject({
      ...{ outcome: 'refused', fenced: false, joined: false },
      reason: { code: 'fence.requesterFenced', message: expect.stringContaining('server2') },
    });
    expect(bench.bmc().calls).toEqual([]);
    expect(bench.events('fence.finished')).toHaveLength(1);
  });

  test('is known by requesterNode, whatever the requester is called', async () => {
    const answer = await answered(race(), 'off', { requester: 'pacemaker', requesterNode: 'server2' });
    expect(answer.reason?.code).toBe('fence.requesterFenced');
  });

  test('may look, and have others switched on', async () => {
    const bench = race();
    expect(await answered(bench, 'status', { requester: 'server2' })).toMatchObject({ outcome: 'confirmed' });
    expect(await answered(bench, 'on', { requester: 'server2' })).toMatchObject({ outcome: 'confirmed' });
  });

  test.each<readonly [string, AskOptions, BenchOptions]>([
    ['another server asks', { requester: 'server3' }, {}],
    ['an operator asks', { requester: 'cli' }, {}],
    ['the requester is no server', { requester: 'server2', requesterNode: 'elsewhere' }, {}],
    ['it asks for itself to be stopped', { requester: 'server2', server: 'server2' }, {}],
    ['the gateway runs on it', { requester: 'server2' }, { self: 'server2' }],
    ['the guard is switched off', { requester: 'server2' }, noHold()],
  ])('holds nobody up where %s', async (_name, options, benchOptions) => {
    const answer = await answered(race(benchOptions), 'off', options);
    expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true });
  });

  test('may ask again as soon as it has shown life', async () => {
    const bench = race();
    expect((await answered(bench, 'off', { requester: 'server2' })).outcome).toBe('refused');
    bench.provedOff.delete('server2');
    expect(await answered(bench, 'off', { requester: 'server2' })).toMatchObject({
      fenced: true,
      joined: false,
    });
  });

  test('may ask again when the hold is over, to the millisecond', async () => {
    const bench = race();
    await bench.clock.advance(299_999);
    const asked = bench.ask('off', { requester: 'server2' });
    await bench.clock.advance(1);
    expect(answerOf(asked).reason?.code).toBe('fence.requesterFenced');
    expect(await answered(bench, 'off', { requester: 'server2' })).toMatchObject({ fenced: true });
  });

  test('is held by a proof of before a restart too, and by a clock that was set back', async () => {
    const bench = race();
    bench.clock.stepWall(-3_600_000);
    const answer = await answered(bench, 'off', { requester: 'server2' });
    expect(answer.reason?.code).toBe('fence.requesterFenced');
  });
});

function noHold(): BenchOptions {
  return { settings: { guards: { requesterFencedMs: 0, repeatMs: 0, tooMany: undefined } } };
}

const storm = (servers = 2): BenchOptions => ({
  servers: four,
  settings: { guards: { requesterFencedMs: 0, repeatMs: 0, tooMany: { servers, withinMs: 60_000 } } },
});

describe('a storm', () => {
  test('is stopped at one server too many', async () => {
    const bench = createFenceBench(storm());
    const answers = four.map((server) => bench.ask('off', { server }));
    await bench.clock.advance(15_000);
    expect(answers.map((asked) => answerOf(asked).fenced)).toEqual([true, true, false, false]);
    expect(answerOf(answers[2] ?? bench.ask('off'))).toMatchObject({
      ...{ outcome: 'refused', reason: { code: 'fence.tooMany' } },
    });
    expect(bench.bmc('server3').calls).toEqual([]);
  });

  test('lets pass who speaks for the majority', async () => {
    const bench = createFenceBench(storm());
    for (const server of four) {
      expect(await answered(bench, 'off', { server, quorum: true })).toMatchObject({ fenced: true });
    }
  });

  test('lets a server be stopped again, as often as it takes', async () => {
    const bench = createFenceBench(storm(1));
    for (let round = 0; round < 3; round += 1)
      expect(await answered(bench, 'off')).toMatchObject({ fenced: true, joined: false });
    expect((await answered(bench, 'off', { server: 'server2' })).reason?.code).toBe('fence.tooMany');
  });

  test('is over with its time', async () => {
    const bench = createFenceBench(storm(1));
    bench.ask('off');
    await bench.clock.advance(59_999);
    const early = bench.ask('off', { server: 'server2' });
    await bench.clock.advance(1);
    expect(answerOf(early).reason?.code).toBe('fence.tooMany');
    const later = bench.ask('off', { server: 'server2' });
    await bench.clock.advance(1_000);
    expect(answerOf(later)).toMatchObject({ fenced: true });
  });

  test('does not count what certainly did nothing, nor looks, power-ons and NMIs', async () => {
    const bench = createFenceBench(storm(1));
    bench.bmc().failOpens('bmc.auth', 1);
    expect(await answered(bench, 'off')).toMatchObject({ outcome: 'refused' });
    for (const action of ['status', 'on', 'nmi'] as const)
      await answered(bench, action, { server: 'server2' });
    expect(await answered(bench, 'off', { server: 'server3' })).toMatchObject({ fenced: true });
  });

  test('does not count what it refused itself', async () => {
    const bench = createFenceBench(storm(1));
    await answered(bench, 'off');
    await answered(bench, 'off', { server: 'server2' });
    await bench.clock.advance(60_000 - 30_000);
    expect(await answered(bench, 'off', { server: 'server3' })).toMatchObject({ fenced: true });
  });

  test('goes on counting through a restart of the daemon', async () => {
    const bench = createFenceBench(storm(1));
    void bench.service.resume({
      ...{ interrupted: [], mayComeOn: [] },
      stopped: [{ server: 'server1', agoMs: 10_000 }],
    });
    const early = await answered(bench, 'off', { server: 'server2', deadlineMs: 1_000 });
    expect(early.reason?.code).toBe('fence.tooMany');
    await bench.clock.advance(49_000);
    expect(await answered(bench, 'off', { server: 'server2' })).toMatchObject({ fenced: true });
  });

  test('the journal tells which stops were begun, and when', () => {
    const requested = { type: 'fence.requested', source: 'fence', severity: 'notice', at } as const;
    const ask = (job: string, action: 'off' | 'on', seq: number) =>
      ({
        ...{ ...requested, seq },
        data: { job, server: job, action, requester: 'x', deadlineMs: 1 },
      }) as const;
    const report = { outcome: 'refused', fenced: false, journalled: true } as const;
    const refused: Event = {
      ...{ type: 'fence.finished', source: 'fence', severity: 'warning', at, seq: 4 },
      data: { job: 'c', server: 'c', action: 'off', steps: [], ...report },
    };
    const events: Event[] = [ask('a', 'off', 1), ask('b', 'on', 2), ask('c', 'off', 3), refused];
    const view = events.reduce(applyEvent, emptyView);
    const { stopped } = carriedOver(Object.values(view.jobs), Date.parse(at) + 5_000, 0);
    expect(stopped).toEqual([{ server: 'a', agoMs: 5_000 }]);
  });
});

describe('a failed attempt', () => {
  const dead = () => {
    const bench = createFenceBench();
    bench.bmc().failOpens('bmc.portClosed', 100);
    return bench;
  };
  const opens = (bench: ReturnType<typeof dead>) => bench.bmc().calls.filter(({ call }) => call === 'open');

  test('answers identical requests for a second, counted from its end', async () => {
    const bench = dead();
    const first = bench.ask('off');
    await bench.clock.advance(20);
    const endedMs = first.answeredMs ?? 0;
    await bench.clock.advance(endedMs + 999 - bench.clock.nowMs());
    const second = bench.ask('off');
    await bench.clock.advance(1);
    expect(answerOf(second)).toEqual({ ...answerOf(first), joined: true });
    expect(answerOf(second).reason?.code).toBe('bmc.portClosed');
    expect(bench.events('fence.joined')).toHaveLength(1);
    const tried = opens(bench).length;
    const third = bench.ask('off');
    await bench.clock.advance(20);
    expect(answerOf(third)).toMatchObject({ joined: false });
    expect(answerOf(third).job).not.toBe(answerOf(first).job);
    expect(opens(bench).length).toBeGreaterThan(tried);
  });

  test('of an older configuration answers nobody', async () => {
    const bench = dead();
    await answered(bench, 'off');
    bench.service.refresh();
    const next = bench.ask('off');
    await bench.clock.advance(20);
    expect(answerOf(next)).toMatchObject({ joined: false });
  });

  test('is tried anew at least once a second, however often it is asked for', async () => {
    const bench = dead();
    const asked = [];
    for (let count = 0; count < 23; count += 1) {
      asked.push(bench.ask('off'));
      await bench.clock.advance(565);
    }
    const jobs = new Set(asked.map((one) => answerOf(one).job));
    expect(asked).toHaveLength(23);
    expect(jobs.size).toBe(12);
  });

  test('that was proved after all is no answer: that request runs anew', async () => {
    const bench = createFenceBench({ times: { offDelayMs: 15_200 } });
    const first = await answered(bench, 'off');
    expect(first).toMatchObject({ outcome: 'unknown' });
    await bench.clock.advance(500);
    expect(bench.events('fence.provedLate')).toHaveLength(1);
    const second = await answered(bench, 'off');
    expect(second).toMatchObject({ outcome: 'confirmed', fenced: true, joined: false });
  });

  test.each<readonly [string, FenceAction, AskOptions]>([
    ['of another action', 'cycle', {}],
    ['with less time', 'off', { deadlineMs: 100 }],
    ['of another server', 'off', { server: 'server2' }],
  ])('%s is no answer', async (_name, action, options) => {
    const bench = createFenceBench();
    bench.bmc(options.server).failOpens('bmc.portClosed', 1);
    const failed = bench.ask(action, options);
    await bench.clock.advance(100);
    expect(answerOf(failed)).toMatchObject({ outcome: 'refused' });
    expect(await answered(bench, 'off')).toMatchObject({ fenced: true, joined: false });
  });

  test('goes on answering while it only observes and its BMC is silent', async () => {
    const bench = createFenceBench({ behaviour: { frozen: true } });
    const first = await answered(bench, 'off');
    const repeat = bench.ask('off');
    await bench.clock.advance(1);
    expect(answerOf(repeat)).toMatchObject({ job: first.job, joined: true, fenced: false });
  });

  test('is no answer any more once its BMC answers', async () => {
    const bench = createFenceBench({ behaviour: { stuckOn: true } });
    const first = await answered(bench, 'off');
    bench.bmc().behaviour.stuckOn = false;
    const second = await answered(bench, 'off');
    expect(second).toMatchObject({ outcome: 'confirmed', fenced: true, joined: false });
    expect(second.job).not.toBe(first.job);
  });

  test('a stop that was proved runs anew', async () => {
    const bench = createFenceBench();
    await answered(bench, 'off', { deadlineMs: 300 });
    const second = await answered(bench, 'off', { deadlineMs: 300 });
    expect(second).toMatchObject({ outcome: 'confirmed', fenced: true, joined: false });
    expect(commandsOf(bench.bmc())).toEqual(['off', 'off']);
  });

  test("a guard's refusal is never passed on: who may ask gets an attempt", async () => {
    const bench = race();
    const refused = bench.ask('off', { requester: 'server2' });
    const real = bench.ask('off', { requester: 'server3' });
    await bench.clock.advance(1_000);
    expect(answerOf(refused).reason?.code).toBe('fence.requesterFenced');
    expect(answerOf(real)).toMatchObject({ fenced: true, joined: false });
  });

  test('a guard refuses though an attempt has just failed', async () => {
    const bench = race();
    bench.bmc().failOpens('bmc.portClosed', 9);
    bench.ask('off', { requester: 'server3' });
    await bench.clock.advance(100);
    const refused = bench.ask('off', { requester: 'server2' });
    await bench.clock.advance(100);
    expect(answerOf(refused).reason?.code).toBe('fence.requesterFenced');
  });

  test('an accepted reset or NMI is no failure', async () => {
    const bench = createFenceBench();
    for (const action of ['reset', 'reset', 'nmi', 'nmi'] as const)
      expect(await answered(bench, action, { deadlineMs: 300 })).toMatchObject({
        joined: false,
        accepted: true,
      });
    expect(commandsOf(bench.bmc())).toEqual(['reset', 'reset', 'nmi', 'nmi']);
  });

  test('is asked for anew at once where the guard is switched off', async () => {
    const bench = createFenceBench(noHold());
    bench.bmc().failOpens('bmc.portClosed', 2);
    const asked = [bench.ask('off')];
    await bench.clock.advance(50);
    asked.push(bench.ask('off'));
    await bench.clock.advance(50);
    expect(asked.map((one) => answerOf(one).joined)).toEqual([false, false]);
  });
});
