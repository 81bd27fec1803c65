import { describe, expect, it } from 'vitest';
import { type Spool, startSpool } from '../../../../src/bridge/spool/spool.ts';
import { silentLogger } from '../../../../src/core/log.ts';
import { createVirtualClock } from '../../../../src/core/virtual-clock.ts';
import { createBus } from '../../../../src/events/bus.ts';
import type { NewEvent } from '../../../../src/events/catalogue.ts';
import { createEventLog } from '../../../../src/events/event-log.ts';
import { createFakeSink, type FakeSink, isDead, takesAll } from '../../../support/fake-sink.ts';
import { createMemoryJournal } from '../../../support/memory-journal.ts';
import { answered, fenceRequested } from '../../../support/sample-events.ts';

const dayMs = 86_400_000;

const createBench = async () => {
  const clock = createVirtualClock();
  const journal = createMemoryJournal(clock);
  const bus = createBus(silentLogger);
  const events = createEventLog({ journal, bus, clock, log: silentLogger });
  await events.start();
  const spools: Spool[] = [];
  return {
    clock,
    journal,
    events,
    record: async (event: NewEvent) => (await events.record(event)).seq,
    start(sink: FakeSink, since = events.view().seq) {
      const spool = startSpool(sink, {
        ...{ clock, journal, bus, log: silentLogger, since },
        note: (event) => void events.record(event),
        failingSince: (name) => events.view().failingSinks?.[name],
      });
      spools.push(spool);
      return spool;
    },
    types: () => journal.events().map(({ type }) => type),
    acked: async (name = 'noc') => (await journal.consumer(`sink:${name}`, 0)).ackedSeq,
  };
};

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('a spool', () => {
  it('carries what comes from now on, in order, and remembers its position', async () => {
    const bench = await createBench();
    await bench.record(answered('server1'));
    const sink = createFakeSink();
    const spool = bench.start(sink);
    await bench.clock.advance(0);
    for (let count = 0; count < 250; count += 1) await bench.record(answered('server1'));
    await bench.clock.advance(1);
    expect(sink.took).toEqual(range(2, 251));
    expect(sink.tries.every((items) => items.length <= 4)).toBe(true);
    expect(await bench.acked()).toBe(251);
    expect(spool.status()).toMatchObject({ state: 'ok', queued: 0, sent: 250, lost: 0 });
    expect(bench.clock.armed()).toBe(0);
    await spool.stop();
    expect(sink.closed()).toBe(true);
  });

  it('carries what comes while it is made known to the journal', async () => {
    const bench = await createBench();
    const since = await bench.record(answered('server1'));
    const early = await bench.record(fenceRequested('job'));
    const sink = createFakeSink();
    bench.start(sink, since);
    await bench.clock.advance(1);
    expect(sink.took).toEqual([early]);
  });

  it('keeps everything for a peer that is dead for two days, and tells of it twice', async () => {
    const bench = await createBench();
    const sink = createFakeSink();
    const spool = bench.start(sink);
    await bench.clock.advance(0);
    sink.answer(isDead);
    for (let hour = 0; hour < 48; hour += 1) {
      for (let count = 0; count < 10; count += 1) await bench.record(answered('server1'));
      await bench.clock.advance(dayMs / 24);
    }
    expect(sink.took).toEqual([]);
    expect(spool.status()).toMatchObject({
      state: 'failing',
      queued: 481,
      lastError: { message: 'connection refused' },
    });
    // One try a minute at most, each of one window.
    expect(sink.tries.length).toBeLessThan(48 * 60 + 20);
    sink.answer(takesAll);
    await bench.clock.advance(60_000);
    expect(sink.took).toEqual(range(1, 482).filter((seq) => bench.types()[seq - 1] === 'bmc.answered'));
    expect(bench.types().filter((type) => type.startsWith('sink.'))).toEqual([
      'sink.failing',
      'sink.recovered',
    ]);
    expect(bench.journal.events().at(-1)?.data).toMatchObject({ sink: 'noc', sent: 480 });
    expect(spool.status()).toMatchObject({ state: 'ok', queued: 0 });
    await spool.stop();
  });

  it('says nothing of a peer that is away for a moment', async () => {
    const bench = await createBench();
    const sink = createFakeSink();
    const spool = bench.start(sink);
    await bench.clock.advance(0);
    sink.answer(isDead);
    await bench.record(answered('server1'));
    await bench.clock.advance(6_000);
    sink.answer(takesAll);
    await bench.clock.advance(6_000);
    expect(sink.took).toEqual([1]);
    expect(bench.types()).toEqual(['bmc.answered']);
    await spool.stop();
  });

  it('sends again only what was not taken', async () => {
    const bench = await createBench();
    const sink = createFakeSink();
    const spool = bench.start(sink);
    await bench.clock.advance(0);
    sink.answer((items) => (items.length > 1 ? { taken: 1, failure: 'too fast' } : { taken: 1 }));
    for (let count = 0; count < 6; count += 1) await bench.record(answered('server1'));
    await bench.clock.advance(60_000);
    expect(sink.took).toEqual(range(1, 6));
    await spool.stop();
  });

  it('goes on after a restart where it stopped, without waiting for a peer that hangs', async () => {
    const bench = await createBench();
    const hanging = createFakeSink();
    const spool = bench.start(hanging);
    await bench.clock.advance(0);
    await bench.record(answered('server1'));
    await bench.clock.advance(0);
    hanging.answer(() => new Promise(() => {}));
    await bench.record(answered('server2'));
    await bench.clock.advance(0);
    const stopped = spool.stop();
    await bench.clock.advance(2_000);
    await stopped;
    await bench.record(answered('server1'));
    const sink = createFakeSink();
    const next = bench.start(sink);
    await bench.clock.advance(0);
    expect(hanging.took).toEqual([1]);
    expect(sink.took).toEqual([2, 3]);
    await next.stop();
  });

  it('ends trouble that was told before a restart', async () => {
    const bench = await createBench();
    const before = createFakeSink();
    const spool = bench.start(before);
    await bench.clock.advance(0);
    before.answer(isDead);
    await bench.record(answered('server1'));
    await bench.clock.advance(60_000);
    await spool.stop();
    const failing = bench.journal.events().find(({ type }) => type === 'sink.failing');
    const next = bench.start(createFakeSink());
    await bench.clock.advance(0);
    expect(bench.journal.events().at(-1)).toMatchObject({
      type: 'sink.recovered',
      data: { since: failing?.at, sent: 1 },
    });
    expect(bench.events.view().failingSinks).toEqual({});
    await next.stop();
  });

  it('tells of what the journal dropped, and sends the rest', async () => {
    const bench = await createBench();
    const sink = createFakeSink();
    const spool = bench.start(sink);
    await bench.clock.advance(0);
    sink.answer(isDead);
    await bench.record(answered('server1'));
    await bench.clock.advance(60_000);
    for (let count = 0; count < 300; count += 1) await bench.record(answered('server1'));
    await bench.clock.advance(31 * dayMs);
    await bench.record(fenceRequested('job1'));
    await bench.events.maintain();
    sink.answer(takesAll);
    await bench.clock.advance(60_000);
    // 1 was in memory, and 2 is the sink's own trouble: what waited in the journal alone is gone.
    expect(sink.took[0]).toBe(1);
    expect(bench.journal.events().map(({ type }) => type)).toEqual([
      'fence.requested',
      'sink.gap',
      'sink.recovered',
    ]);
    expect(bench.journal.events()[1]?.data).toEqual({ sink: 'noc', from: 2, to: 302 });
    expect(sink.took.slice(1)).toEqual([303, 304]);
    expect(spool.status()).toMatchObject({ lost: 301, state: 'ok' });
    await spool.stop();
  });

  it('is not hurried, stopped or confused by steps of the wall clock', async () => {
    const bench = await createBench();
    const sink = createFakeSink();
    const spool = bench.start(sink);
    await bench.clock.advance(0);
    sink.answer(isDead);
    await bench.record(answered('server1'));
    await bench.clock.advance(1_500);
    const tries = sink.tries.length;
    bench.clock.stepWall(-365 * dayMs);
    await bench.clock.advance(1_000);
    bench.clock.stepWall(2 * 365 * dayMs);
    await bench.clock.advance(400);
    expect(sink.tries.length).toBe(tries);
    sink.answer(takesAll);
    await bench.clock.advance(200);
    expect(sink.took).toEqual([1]);
    await spool.stop();
  });

  it('delays nobody else', async () => {
    const bench = await createBench();
    const slow = createFakeSink('slow');
    const quick = createFakeSink('quick');
    slow.answer(() => new Promise(() => {}));
    const spools = [bench.start(slow), bench.start(quick)];
    await bench.clock.advance(0);
    for (let count = 0; count < 20; count += 1) await bench.record(answered('server1'));
    await bench.clock.advance(0);
    expect(quick.took).toEqual(range(1, 20));
    const stopped = Promise.all(spools.map((spool) => spool.stop()));
    await bench.clock.advance(2_000);
    await stopped;
  });

  it('reads the journal only where something is wanted', async () => {
    const bench = await createBench();
    let reads = 0;
    const { read } = bench.journal;
    bench.journal.read = (query) => {
      reads += 1;
      return read(query);
    };
    const sink = createFakeSink('noc', { types: ['fence.requested'] });
    await bench.record(answered('server1'));
    const spool = bench.start(sink);
    await bench.clock.advance(0);
    for (let count = 0; count < 600; count += 1) {
      await bench.record(answered('server1'));
      await bench.clock.advance(0);
    }
    expect(reads, 'once, for what came before').toBe(1);
    const seq = await bench.record(fenceRequested('job1'));
    await bench.clock.advance(0);
    expect(sink.took).toEqual([seq]);
    expect(reads).toBeLessThanOrEqual(2);
    expect(await bench.acked()).toBe(seq);
    await spool.stop();
  });

  it('waits for a journal that cannot be read', async () => {
    const bench = await createBench();
    const { stats } = bench.journal;
    bench.journal.stats = () => Promise.reject(new Error('the disk hangs'));
    const sink = createFakeSink();
    const spool = bench.start(sink);
    await bench.clock.advance(30_000);
    bench.journal.stats = stats;
    await bench.clock.advance(60_000);
    await bench.record(answered('server1'));
    await bench.clock.advance(0);
    expect(sink.took).toEqual([1]);
    await spool.stop();
  });
});
