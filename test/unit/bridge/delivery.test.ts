import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highWaterBytes, stallMs, startDelivery } from '../../../src/bridge/engine/delivery.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { createBus } from '../../../src/events/bus.ts';
import type { EventType } from '../../../src/events/catalogue.ts';
import { pinned } from '../../support/engine-fixture.ts';
import { createFakePeer } from '../../support/fake-peer.ts';
import { createMemoryJournal } from '../../support/memory-journal.ts';

const createScene = () => {
  const clock = createVirtualClock();
  const journal = createMemoryJournal(clock, { maxAgeDays: 1 });
  const bus = createBus(silentLogger);
  const client = createFakePeer();
  return {
    clock,
    journal,
    client,
    record: async (size = 10, type: 'pinned' | 'answered' = 'pinned') => {
      const answered = { type: 'bmc.answered', source: 'test', data: { server: 'server1' } } as const;
      const event = await journal.append(type === 'pinned' ? pinned('x'.repeat(size)) : answered);
      bus.publish(event);
    },
    start: (after: number, types?: ReadonlySet<EventType>) =>
      startDelivery(
        { clock, journal, bus, log: silentLogger, peer: client.peer, language: () => 'en' },
        { after, ...(types && { types }) },
      ),
  };
};

/** Lets every promise that can go on go on. */
const settled = async (scene: ReturnType<typeof createScene>): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await scene.clock.advance(0);
};

const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, index) => from + index);

describe('delivery of events', () => {
  /** A number is that many events at once. */
  const step = fc.oneof(
    fc.integer({ min: 1, max: 150 }),
    fc.constantFrom('read' as const, 'settle' as const),
  );

  it('sends every event once and in order, whatever is appended and read when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(250), fc.array(step, { maxLength: 12 }), async (before, steps) => {
        const scene = createScene();
        for (let n = 0; n < before; n += 1) await scene.record(300);
        scene.start(0);
        const appends: Promise<void>[] = [];
        for (const each of steps) {
          if (each === 'read') scene.client.read();
          else if (each === 'settle') await settled(scene);
          else for (let n = 0; n < each; n += 1) appends.push(scene.record(300));
        }
        await Promise.all(appends);
        for (let turn = 0; turn < 20; turn += 1) {
          await settled(scene);
          scene.client.read();
        }
        expect(scene.client.seqs()).toEqual(upTo(before + appends.length));
      }),
      { numRuns: 60 },
    );
  });

  it('holds no more than the high-water mark and one event for a client that lags', async () => {
    const scene = createScene();
    scene.start(0);
    await settled(scene);
    for (let n = 0; n < 500; n += 1) await scene.record(1_000);
    await settled(scene);
    expect(scene.client.queued()).toBeGreaterThanOrEqual(highWaterBytes);
    expect(scene.client.queued()).toBeLessThan(highWaterBytes + 2_000);
    expect(scene.client.dropped()).toBeUndefined();
  });

  it('cuts off a client that shows no life for 30 s while events wait', async () => {
    const scene = createScene();
    for (let n = 0; n < 200; n += 1) await scene.record(1_000);
    scene.start(0);
    await settled(scene);
    await scene.clock.advance(stallMs - 1);
    expect(scene.client.dropped()).toBeUndefined();
    await scene.clock.advance(1);
    expect(scene.client.dropped()).toBe('notReading');
    expect(scene.clock.armed()).toBe(0);
  });

  it('is patient with a slow client that still says something', async () => {
    const scene = createScene();
    for (let n = 0; n < 200; n += 1) await scene.record(1_000);
    scene.start(0);
    for (let turn = 1; turn < 5; turn += 1) {
      await settled(scene);
      scene.client.speak(turn);
      await scene.clock.advance(stallMs);
    }
    expect(scene.client.dropped()).toBeUndefined();
    await scene.clock.advance(stallMs);
    expect(scene.client.dropped()).toBe('notReading');
  });

  it('lets a quiet client be when nothing waits for it', async () => {
    const scene = createScene();
    scene.start(0);
    await scene.record();
    await scene.clock.advance(10 * stallMs);
    expect(scene.client.seqs()).toEqual([1]);
    expect(scene.client.dropped()).toBeUndefined();
  });

  it('finds an event that the bus never carried as soon as the next one comes', async () => {
    const scene = createScene();
    scene.start(0);
    await scene.record();
    await settled(scene);
    await scene.journal.append(pinned('unheard'));
    await scene.record();
    await settled(scene);
    expect(scene.client.seqs()).toEqual([1, 2, 3]);
  });

  it('leaves out other types, and the numbers still add up', async () => {
    const scene = createScene();
    scene.start(0, new Set<EventType>(['bmc.answered']));
    for (let n = 0; n < 300; n += 1) await scene.record(10, n % 3 === 0 ? 'answered' : 'pinned');
    await settled(scene);
    expect(scene.client.seqs()).toEqual(upTo(100).map((n) => 3 * n - 2));
  });

  it('announces events that were pruned before they could be sent', async () => {
    const scene = createScene();
    for (let n = 0; n < 5; n += 1) await scene.record();
    await scene.journal.saveSnapshot(5, {});
    await scene.clock.advance(2 * 86_400_000);
    for (let n = 0; n < 2; n += 1) await scene.record();
    await scene.journal.prune();
    scene.start(2);
    await settled(scene);
    expect(scene.client.received[0]).toEqual({ method: 'events.gap', params: { from: 3, to: 5 } });
    expect(scene.client.seqs()).toEqual([6, 7]);
  });

  it('announces events that are pruned while a slow client is served', async () => {
    const scene = createScene();
    for (let n = 0; n < 250; n += 1) await scene.record(1_000);
    scene.start(0);
    await settled(scene);
    await scene.journal.saveSnapshot(240, {});
    await scene.clock.advance(1);
    scene.clock.stepWall(2 * 86_400_000);
    await scene.record();
    await scene.journal.prune();
    for (let turn = 0; turn < 10; turn += 1) {
      scene.client.read();
      await settled(scene);
    }
    const gap = scene.client.received.find(({ method }) => method === 'events.gap');
    expect(gap?.params).toEqual({ from: 101, to: 240 });
    expect(scene.client.seqs()).toEqual([...upTo(100), ...upTo(251, 241)]);
  });

  it('closes the connection when the journal cannot be read', async () => {
    const scene = createScene();
    await scene.journal.close();
    scene.start(0);
    await settled(scene);
    expect(scene.client.dropped()).toBe('journalFailed');
  });
});
