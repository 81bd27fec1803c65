import { describe, expect, it } from 'vitest';
import { createPetAcknowledger } from '../../../src/bmc/pet-acknowledger.ts';
import { CodedError } from '../../../src/core/errors.ts';
import { type Logger, silentLogger } from '../../../src/core/log.ts';
import type { BmcPort, CallLimits, PetAcknowledgement } from '../../../src/core/ports.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';

const pet = (sequence: number): PetAcknowledgement => ({
  ...{ sequence, localSeconds: 5, eventSource: 0x20, sensorDevice: 0x20, sensorNumber: 1 },
  eventData: Buffer.of(1, 2, 3),
});

/** BMCs that take `answerMs` to answer, or fail with `failure`. */
const createBench = () => {
  const clock = createVirtualClock();
  const sent: { server: string; sequence: number; atMs: number }[] = [];
  const logged: string[] = [];
  const state = { answerMs: 0, failure: undefined as CodedError | undefined, most: 0 };
  const startedMs = clock.nowMs();
  let underWay = 0;
  const portOf = (server: string) =>
    ({
      acknowledgePet({ sequence }: PetAcknowledgement, { signal, deadline }: CallLimits) {
        sent.push({ server, sequence, atMs: clock.nowMs() - startedMs });
        underWay += 1;
        state.most = Math.max(state.most, underWay);
        return new Promise<void>((resolve, reject) => {
          const end = (settle: () => void) => {
            timer.cancel();
            underWay -= 1;
            settle();
          };
          const { failure } = state;
          const pauseMs = Math.min(state.answerMs, deadline.remainingMs());
          const timer = clock.after(pauseMs, () => end(() => (failure ? reject(failure) : resolve())));
          signal?.listen(() => end(() => reject(new CodedError('bmc.timeout', 'called off'))));
        });
      },
    }) as unknown as BmcPort;
  const log: Logger = {
    ...silentLogger,
    warn: ({ code }) => void logged.push(`warn ${code}`),
    info: () => void logged.push('info'),
  };
  const ports = new Map<string, BmcPort>();
  const acknowledger = createPetAcknowledger({
    clock,
    log,
    bmcOf(server) {
      if (server === 'none') return undefined;
      const port = ports.get(server) ?? portOf(server);
      ports.set(server, port);
      return port;
    },
  });
  const sequences = () => sent.map(({ sequence }) => sequence);
  return { clock, acknowledger, sent, sequences, logged, state };
};

describe('acknowledgements of traps', () => {
  it('go one at a time to a BMC, 100 ms apart, and to others beside it', async () => {
    const { clock, acknowledger, sent, state } = createBench();
    state.answerMs = 50;
    for (const sequence of [1, 2, 3]) acknowledger.offer('a', pet(sequence));
    acknowledger.offer('b', pet(1));
    expect(acknowledger.counts().waiting).toBe(4);
    await clock.advance(1_000);
    expect(sent).toEqual([
      { server: 'a', sequence: 1, atMs: 0 },
      { server: 'b', sequence: 1, atMs: 0 },
      { server: 'a', sequence: 2, atMs: 150 },
      { server: 'a', sequence: 3, atMs: 300 },
    ]);
    expect(acknowledger.counts()).toEqual({
      ...{ acknowledged: 4, failed: 0, coalesced: 0, dropped: 0, waiting: 0 },
    });
  });

  it('are sent again for a trap that is sent again, but once while one is waiting or under way', async () => {
    const { clock, acknowledger, sequences, state } = createBench();
    state.answerMs = 50;
    for (let count = 0; count < 5; count += 1) acknowledger.offer('a', pet(1));
    await clock.advance(500);
    expect(sequences()).toEqual([1]);
    acknowledger.offer('a', pet(1));
    await clock.advance(500);
    expect(sequences()).toEqual([1, 1]);
    expect(acknowledger.counts()).toMatchObject({ acknowledged: 2, coalesced: 4 });
  });

  it('are bounded: a flood of one trap costs ten a second, one of many fills a queue of 32', async () => {
    const { clock, acknowledger, sent } = createBench();
    for (let ms = 0; ms < 1_000; ms += 10) {
      acknowledger.offer('a', pet(1));
      await clock.advance(10);
    }
    // At 0, 100 … 1000 ms.
    expect(sent).toHaveLength(11);
    for (let sequence = 0; sequence < 1_000; sequence += 1) acknowledger.offer('b', pet(sequence));
    expect(acknowledger.counts()).toMatchObject({ dropped: 967 });
    await clock.advance(10_000);
    expect(sent.filter(({ server }) => server === 'b')).toHaveLength(33);
  });

  it('go to 32 BMCs at a time at most', async () => {
    const { clock, acknowledger, sent, state } = createBench();
    state.answerMs = 1_000;
    for (let index = 0; index < 100; index += 1) acknowledger.offer(`server${index}`, pet(1));
    await clock.advance(5_000);
    expect(sent).toHaveLength(100);
    expect(state.most).toBe(32);
  });

  it('are counted where they fail, and logged once for each change', async () => {
    const { clock, acknowledger, logged, state } = createBench();
    const failing = async (failure: CodedError | undefined, sequence: number) => {
      state.failure = failure;
      acknowledger.offer('a', pet(sequence));
      await clock.advance(200);
    };
    await failing(new CodedError('bmc.timeout', 'silent'), 1);
    await failing(new CodedError('bmc.timeout', 'silent'), 2);
    await failing(new CodedError('bmc.state', 'D5h'), 3);
    await failing(undefined, 4);
    await failing(undefined, 5);
    acknowledger.offer('none', pet(1));
    await clock.advance(200);
    expect(logged).toEqual(['warn bmc.timeout', 'warn bmc.state', 'info', 'warn unsupported']);
    expect(acknowledger.counts()).toMatchObject({ acknowledged: 2, failed: 4 });
  });

  it('give way to a forced stop at once, and have their turn after it', async () => {
    const { clock, acknowledger, sent, state } = createBench();
    state.answerMs = 1_500;
    acknowledger.offer('a', pet(1));
    acknowledger.offer('a', pet(2));
    let stopped = () => {};
    const over = acknowledger.whileFencing('a', () => new Promise<void>((resolve) => (stopped = resolve)));
    await clock.advance(3_000);
    acknowledger.offer('a', pet(3));
    expect(sent).toHaveLength(1);
    expect(acknowledger.counts()).toMatchObject({ acknowledged: 0, failed: 0, waiting: 3 });
    stopped();
    await over;
    await clock.advance(10_000);
    expect(sent.map(({ sequence }) => sequence).sort()).toEqual([1, 1, 2, 3]);
    expect(acknowledger.counts()).toMatchObject({ acknowledged: 3, failed: 0, waiting: 0 });
  });

  it('end with the gateway: nothing is sent any more', async () => {
    const { clock, acknowledger, sent, state } = createBench();
    state.answerMs = 1_500;
    acknowledger.offer('a', pet(1));
    acknowledger.offer('a', pet(2));
    await acknowledger.stop();
    acknowledger.offer('b', pet(3));
    await clock.advance(10_000);
    expect(sent).toHaveLength(1);
    expect(acknowledger.counts()).toMatchObject({ acknowledged: 0, failed: 0 });
  });
});
