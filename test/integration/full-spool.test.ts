import { afterAll, expect, test } from 'vitest';
import { createNocSink } from '../../src/bridge/noc/noc-sink.ts';
import type { Notice } from '../../src/bridge/noc/notice.ts';
import { startSpool } from '../../src/bridge/spool/spool.ts';
import type { Clock } from '../../src/core/clock.ts';
import { silentLogger } from '../../src/core/log.ts';
import { createBus } from '../../src/events/bus.ts';
import type { Event } from '../../src/events/catalogue.ts';
import { createEventLog } from '../../src/events/event-log.ts';
import { until } from '../support/bounded.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';
import { openThreadJournal, temporaryDirectories } from '../support/thread-journal.ts';

/** Receivers that are dead for longer than the journal keeps what waits for them; the journal is the real one. */

const dayMs = 86_400_000;
const limitMs = 60_000;
const directories = temporaryDirectories();
afterAll(directories.remove);

const window = 10;

/** A receiver, which is dead or takes what it is sent. */
const createReceiver = (name: string) => {
  const heard: Notice[] = [];
  const receiver = { name, heard, dead: false };
  return receiver;
};
type Receiver = ReturnType<typeof createReceiver>;

const open = async (clock: Clock, retention: { maxAgeDays: number; maxSizeMiB: number }) => {
  const journal = await openThreadJournal({ directory: directories.create(), retention, clock });
  const bus = createBus(silentLogger);
  const events = createEventLog({ journal, bus, clock, log: silentLogger });
  await events.start();
  const recorded: Event[] = [];
  bus.subscribe((event) => recorded.push(event));

  const start = (receiver: Receiver) => {
    const nocSink = createNocSink(
      {
        name: receiver.name,
        filter: { events: ['cluster.reported', 'sink.*'], severity: 'info' },
        sender: {
          ...{ window, proof: 'answered' },
          async send(notices) {
            // Soon again, so that the test need not wait for a minute.
            if (receiver.dead) return { taken: 0, failure: 'nobody answers', retryAfterMs: 20 };
            receiver.heard.push(...notices);
            return { taken: notices.length };
          },
          close: async () => {},
        },
      },
      { clock, journal, speaker: () => ({ gateway: 'gateway', cluster: 'test', language: 'en' }) },
    );
    return startSpool(nocSink.sink, {
      ...{ clock, log: silentLogger, journal, bus, since: 0 },
      note: (event) => void events.record(event).catch(() => undefined),
      failingSince: (sink) => events.view().failingSinks?.[sink],
    });
  };
  return {
    ...{ journal, events, recorded, start },
    /** Events that every receiver wants. */
    report: (count: number, first = 0) =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          events.record({
            type: 'cluster.reported',
            source: 'engine',
            data: { node: `node-${(first + index) % 64}`, state: 'up', requester: 'x'.repeat(300) },
          }),
        ),
      ),
  };
};
type Gateway = Awaited<ReturnType<typeof open>>;

/** Seqs that were to be heard of those that are kept: all but what a receiver is not told of itself. */
const wanted = (events: readonly Event[], name: string, from: number): number[] =>
  events
    .filter(({ seq, type }) => seq >= from && (type === 'cluster.reported' || type.startsWith('sink.')))
    .filter((event) => !('sink' in event.data && event.data.sink === name))
    .map(({ seq }) => seq);

const seqsOf = (notices: readonly Notice[]): number[] => notices.map(({ seq }) => seq);

/** What a receiver heard that came back: what it had in hand, the gap, and what is kept. */
const checkReturn = async (gateway: Gateway, back: Receiver, heardBefore: number) => {
  const { firstSeq } = await gateway.journal.stats();
  const since = back.heard.slice(heardBefore);
  const at = since.findIndex(({ type }) => type === 'sink.gap');
  // At most a page was in memory before anything was dropped.
  expect(at).toBeGreaterThanOrEqual(0);
  expect(at).toBeLessThanOrEqual(100);
  expect(since[at]).toMatchObject({ state: 'note', seq: 0, key: `gateway/sink-${back.name}-gap` });
  expect(since[at]?.text).toContain(`to ${firstSeq - 1} were dropped`);
  expect(since.filter(({ type }) => type === 'sink.gap')).toHaveLength(1);
  expect(seqsOf(since.slice(at + 1))).toEqual(wanted(gateway.recorded, back.name, firstSeq));
  const gaps = gateway.recorded.filter((event) => event.type === 'sink.gap');
  expect(gaps.map(({ data }) => data)).toEqual([
    { sink: back.name, from: expect.any(Number), to: firstSeq - 1 },
  ]);
};

test('a size that is passed: the gap first, then what is kept, in order, once; nobody else waits', {
  timeout: limitMs,
}, async () => {
  const clock = createSteppedClock();
  const gateway = await open(clock, { maxAgeDays: 30, maxSizeMiB: 1 });
  const [dead, well] = [createReceiver('dead'), createReceiver('well')];
  const spools = [gateway.start(dead), gateway.start(well)];
  await gateway.report(20);
  await until(() => dead.heard.length === 20 && well.heard.length === 20, limitMs, 'both to hear');
  dead.dead = true;
  for (let batch = 1; batch <= 12; batch += 1) {
    await gateway.report(500, batch * 500);
    // Trouble of ten seconds is told, however fast the machine is.
    clock.pass(2_000);
    const expected = wanted(gateway.recorded, 'well', 1);
    await until(() => well.heard.length >= expected.length, 10_000, 'the one that is well to have it all');
    await gateway.events.maintain();
  }
  expect(dead.heard).toHaveLength(20);
  const { firstSeq, lastSeq } = await gateway.journal.stats();
  expect(firstSeq).toBeGreaterThan(1_000);
  expect(lastSeq - firstSeq).toBeGreaterThan(500);

  dead.dead = false;
  // The end of the trouble is recorded after the last of what was missed, and is the last thing told.
  const isDone = () =>
    gateway.recorded.some(({ type }) => type === 'sink.recovered') &&
    spools.every((spool) => spool.status().queued === 0) &&
    well.heard.length === wanted(gateway.recorded, 'well', 1).length;
  await until(isDone, limitMs, 'the dead one to catch up');
  await checkReturn(gateway, dead, 20);
  expect(seqsOf(well.heard)).toEqual(wanted(gateway.recorded, 'well', 1));
  expect(spools.map((spool) => spool.status().lost > 0)).toEqual([true, false]);
  await Promise.all(spools.map((spool) => spool.stop()));
  await gateway.journal.close();
});

test('a clock that is set ahead by years costs a dead receiver nothing, set right or back neither', {
  timeout: limitMs,
}, async () => {
  const clock = createSteppedClock();
  const gateway = await open(clock, { maxAgeDays: 1, maxSizeMiB: 64 });
  const receiver = createReceiver('noc');
  receiver.dead = true;
  const spool = gateway.start(receiver);
  const days = [0, 400, -400, -3, 3, 0.9];
  for (const [index, step] of days.entries()) {
    clock.stepWall(step * dayMs);
    await gateway.report(200, index * 200);
    await gateway.events.maintain();
  }
  expect((await gateway.journal.stats()).firstSeq).toBe(1);
  receiver.dead = false;
  await until(() => spool.status().queued === 0, limitMs, 'the receiver to catch up');
  expect(seqsOf(receiver.heard)).toEqual(wanted(gateway.recorded, 'noc', 1));
  // Each tells when it was recorded, by the clock of that moment.
  const at = new Map(gateway.recorded.map((event) => [event.seq, event.at]));
  expect(receiver.heard.filter((notice) => notice.at !== at.get(notice.seq))).toEqual([]);
  await spool.stop();
  await gateway.journal.close();
});
