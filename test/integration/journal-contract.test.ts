import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../src/core/virtual-clock.ts';
import type { NewEvent } from '../../src/events/catalogue.ts';
import type { Journal } from '../../src/events/journal.ts';
import { createMemoryJournal } from '../support/memory-journal.ts';
import { answered, fenceRequested } from '../support/sample-events.ts';
import { openThreadJournal, roomyRetention, temporaryDirectories } from '../support/thread-journal.ts';

const directories = temporaryDirectories();
afterAll(() => directories.remove());

const dayMs = 86_400_000;

const journals: [string, (clock: VirtualClock) => Promise<Journal>][] = [
  ['in memory', async (clock) => createMemoryJournal(clock)],
  [
    'on disk',
    (clock) => openThreadJournal({ directory: directories.create(), retention: roomyRetention, clock }),
  ],
];

describe.each(journals)('the journal contract, %s', (_name, open) => {
  let clock: VirtualClock;
  let journal: Journal;
  beforeEach(async () => {
    clock = createVirtualClock();
    journal = await open(clock);
  });
  afterEach(() => journal.close());

  const appendAll = (events: readonly NewEvent[]) =>
    Promise.all(events.map((event) => journal.append(event)));
  const seqsOf = async (query: Parameters<Journal['read']>[0]) =>
    (await journal.read(query)).map((event) => event.seq);

  test('an appended event carries its seq, the time of the call and its severity, and is read back the same', async () => {
    const first = await journal.append(answered('server1'));
    await clock.advance(1_500);
    const second = await journal.append({
      ...fenceRequested('job1'),
      severity: 'critical',
      cause: first.seq,
    });
    expect(first).toEqual({
      seq: 1,
      at: '2026-01-01T00:00:00.000Z',
      type: 'bmc.answered',
      severity: 'info',
      source: 'bmc',
      data: { server: 'server1' },
    });
    expect(second).toMatchObject({
      seq: 2,
      at: '2026-01-01T00:00:01.500Z',
      severity: 'critical',
      cause: 1,
    });
    expect(await journal.read({ limit: 10 })).toStrictEqual([first, second]);
  });

  test('appends settle in the order of the calls, with seqs in that order', async () => {
    const settled: number[] = [];
    await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const event = await journal.append(answered(`server${index}`));
        settled.push(event.seq);
      }),
    );
    expect(settled).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
    const servers = (await journal.read({ limit: 500 })).map((event) => event.data);
    expect(servers).toEqual(Array.from({ length: 500 }, (_, index) => ({ server: `server${index}` })));
  });

  test('what happens to the object after the call reaches neither the event nor the journal', async () => {
    const data = { server: 'server1' };
    const appended = journal.append({ type: 'bmc.answered', source: 'bmc', data });
    data.server = 'changed';
    expect((await appended).data).toEqual({ server: 'server1' });
    expect((await journal.read({ limit: 1 }))[0]?.data).toEqual({ server: 'server1' });
  });

  test('a malformed event is refused and takes no seq', async () => {
    const malformed = { type: 'bmc.answered', source: 'bmc', data: { host: 'x' } } as unknown as NewEvent;
    await expect(journal.append(malformed)).rejects.toThrow(TypeError);
    expect((await journal.append(answered('server1'))).seq).toBe(1);
  });

  test('text of every kind survives', async () => {
    const server = 'のろし "quoted" \\ \u0000 \ud83d\udd25 \ud800 \n';
    const appended = await journal.append(answered(server));
    expect(appended.data).toEqual({ server });
    expect(await journal.read({ limit: 1 })).toEqual([appended]);
  });

  test('reading selects by seq, type, server and limit, oldest first', async () => {
    await appendAll([
      answered('server1'),
      fenceRequested('job1', 'server1'),
      answered('server2'),
      fenceRequested('job2', 'server2'),
      { type: 'cluster.reported', source: 'engine', data: { node: 'server1', state: 'up', requester: 'x' } },
      { type: 'bmc.identityPinned', source: 'bmc', data: { server: 'server1', guid: '00' } },
    ]);
    expect(await seqsOf({ limit: 100 })).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await seqsOf({ after: 2, limit: 2 })).toEqual([3, 4]);
    expect(await seqsOf({ server: 'server1', limit: 100 })).toEqual([1, 2, 5, 6]);
    expect(await seqsOf({ types: ['fence.*'], limit: 100 })).toEqual([2, 4]);
    expect(await seqsOf({ types: ['bmc.*', 'cluster.reported'], after: 1, limit: 2 })).toEqual([3, 5]);
    expect(await seqsOf({ types: ['bmc.*'], server: 'server1', limit: 100 })).toEqual([1, 6]);
    expect(await seqsOf({ types: ['*'], limit: 100 })).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await seqsOf({ types: [], limit: 100 })).toEqual([]);
    expect(await seqsOf({ types: ['fence', '%', "' OR 1=1 --", 'fence.?equested'], limit: 9 })).toEqual([]);
    expect(await seqsOf({ after: 6, limit: 100 })).toEqual([]);
  });

  test('stats tell the range, also of an empty journal', async () => {
    expect(await journal.stats()).toMatchObject({ firstSeq: 1, lastSeq: 0, pending: 0 });
    await appendAll([answered('server1'), answered('server2')]);
    const stats = await journal.stats();
    expect(stats).toMatchObject({ firstSeq: 1, lastSeq: 2, pending: 0 });
    expect(stats.bytes).toBeGreaterThan(0);
  });

  test('a consumer is remembered; its offset only moves forward, and never past the last event', async () => {
    await appendAll(['a', 'b', 'c', 'd'].map(answered));
    expect(await journal.consumer('engine', 1)).toEqual({ name: 'engine', ackedSeq: 1 });
    expect(await journal.consumer('engine', 4)).toEqual({ name: 'engine', ackedSeq: 1 });
    await journal.acknowledge('engine', 3);
    await journal.acknowledge('engine', 2);
    await journal.acknowledge('engine', 5);
    await journal.acknowledge('engine', 3.5);
    await journal.acknowledge('nobody', 3);
    expect(await journal.consumer('engine', 0)).toEqual({ name: 'engine', ackedSeq: 3 });
    expect(await journal.consumer('late', 99)).toEqual({ name: 'late', ackedSeq: 4 });
  });

  test('a snapshot is kept until the next one', async () => {
    expect(await journal.loadSnapshot()).toBeUndefined();
    await journal.saveSnapshot(1, { old: true });
    await journal.saveSnapshot(2, { servers: { server1: { power: 'off' } } });
    expect(await journal.loadSnapshot()).toEqual({
      seq: 2,
      state: { servers: { server1: { power: 'off' } } },
    });
  });

  test('pruning drops what is too old, and nothing the snapshot does not stand for', async () => {
    await appendAll(['a', 'b', 'c', 'd'].map(answered));
    await clock.advance(31 * dayMs);
    await appendAll(['e', 'f'].map(answered));
    expect(await journal.prune()).toEqual({ dropped: 0 });
    await journal.saveSnapshot(3, {});
    expect(await journal.prune()).toEqual({ dropped: 3 });
    await journal.saveSnapshot(6, {});
    expect(await journal.prune()).toEqual({ dropped: 1 });
    expect(await journal.stats()).toMatchObject({ firstSeq: 5, lastSeq: 6 });
  });

  test('seqs go on after everything was pruned', async () => {
    await appendAll(['a', 'b', 'c'].map(answered));
    await journal.saveSnapshot(3, {});
    await clock.advance(31 * dayMs);
    expect(await journal.prune()).toEqual({ dropped: 3 });
    expect(await journal.stats()).toMatchObject({ firstSeq: 4, lastSeq: 3 });
    expect((await journal.append(answered('d'))).seq).toBe(4);
  });

  test('the number of consumer names is bounded, and a known one is always let in', async () => {
    const names = Array.from({ length: 256 }, (_, index) => `engine${index}`);
    for (const name of names) await journal.consumer(name, 0);
    await expect(journal.consumer('one too many', 0)).rejects.toMatchObject({ code: 'events.consumers' });
    expect(await journal.consumer('engine255', 0)).toEqual({ name: 'engine255', ackedSeq: 0 });
  });

  test('a consumer that fell behind can see its gap', async () => {
    await journal.consumer('engine', 0);
    await appendAll(['a', 'b', 'c', 'd'].map(answered));
    await journal.acknowledge('engine', 1);
    await clock.advance(31 * dayMs);
    await journal.append(answered('e'));
    await journal.saveSnapshot(5, {});
    await journal.prune();
    const { ackedSeq } = await journal.consumer('engine', 0);
    const { firstSeq } = await journal.stats();
    expect({ gapFrom: ackedSeq + 1, gapTo: firstSeq - 1 }).toEqual({ gapFrom: 2, gapTo: 4 });
  });

  test('after close every call is refused, and closing again is harmless', async () => {
    await journal.close();
    await journal.close();
    const failed = { code: 'journal.failed' };
    await expect(journal.append(answered('server1'))).rejects.toMatchObject(failed);
    await expect(journal.read({ limit: 1 })).rejects.toMatchObject(failed);
    await expect(journal.stats()).rejects.toMatchObject(failed);
    await expect(journal.prune()).rejects.toMatchObject(failed);
    await expect(journal.saveSnapshot(1, {})).rejects.toMatchObject(failed);
  });
});
