import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { createVirtualClock } from '../../src/core/virtual-clock.ts';
import type { Journal } from '../../src/events/journal.ts';
import type { JournalOptions } from '../../src/events/journal-thread.ts';
import { answered, bulky } from '../support/sample-events.ts';
import { openThreadJournal, roomyRetention, temporaryDirectories } from '../support/thread-journal.ts';

const directories = temporaryDirectories();
afterAll(() => directories.remove());

const open = async (options: Partial<JournalOptions> & { directory: string }): Promise<Journal> => {
  const journal = await openThreadJournal({ retention: roomyRetention, clock: systemClock, ...options });
  onTestFinished(async () => void (await journal.close()));
  return journal;
};

const appendMany = (journal: Journal, count: number, bytes: number) =>
  Promise.all(Array.from({ length: count }, () => journal.append(bulky(bytes))));

/** A worker that opens at once and then behaves as `onMessage` says. */
const fakeWorker = (onMessage: string): URL => {
  const code = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', () => { ${onMessage} });
    parentPort.postMessage({ id: 0, ok: true, value: { lastSeq: 0 } });`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
};

describe('the journal file', () => {
  test('is made with its directory, for its owner only', async () => {
    const directory = join(directories.create(), 'state', 'noroshi');
    const journal = await open({ directory });
    await journal.append(answered('server1'));
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(modeOf(directory)).toBe('700');
    expect(modeOf(join(directory, 'journal.db'))).toBe('600');
    expect(modeOf(join(directory, 'journal.db-wal'))).toBe('600');
  });

  test('keeps events, consumers, snapshot and numbering over a restart', async () => {
    const directory = directories.create();
    const first = await open({ directory });
    const event = await first.append(answered('server1'));
    await first.consumer('engine', 0);
    await first.acknowledge('engine', 1);
    await first.saveSnapshot(1, { kept: true });
    await first.close();
    const second = await open({ directory });
    expect(await second.read({ limit: 10 })).toEqual([event]);
    expect(await second.consumer('engine', 0)).toEqual({ name: 'engine', ackedSeq: 1 });
    expect(await second.loadSnapshot()).toEqual({ seq: 1, state: { kept: true } });
    expect((await second.append(answered('server2'))).seq).toBe(2);
  });

  test('closing flushes what was appended just before', async () => {
    const directory = directories.create();
    const first = await open({ directory });
    const appended = appendMany(first, 5_000, 10);
    await first.close();
    expect(await appended).toHaveLength(5_000);
    const second = await open({ directory });
    expect(await second.stats()).toMatchObject({ firstSeq: 1, lastSeq: 5_000 });
  });

  test('does not reuse numbers after everything was pruned and the daemon restarted', async () => {
    const clock = createVirtualClock();
    const directory = directories.create();
    const first = await open({ directory, clock });
    await appendMany(first, 3, 10);
    await first.saveSnapshot(3, {});
    await clock.advance(31 * 86_400_000);
    await first.prune();
    await first.close();
    const second = await open({ directory, clock });
    expect((await second.append(answered('server1'))).seq).toBe(4);
  });

  test('shrinks to its size limit, but not past the snapshot', async () => {
    const directory = directories.create();
    const journal = await open({ directory, retention: { maxAgeDays: 30, maxSizeMiB: 1 } });
    await appendMany(journal, 12_000, 300);
    await journal.saveSnapshot(100, {});
    expect(await journal.prune()).toEqual({ dropped: 100 });
    await journal.saveSnapshot(12_000, {});
    const { dropped } = await journal.prune();
    const stats = await journal.stats();
    expect(stats).toMatchObject({ firstSeq: 100 + dropped + 1, lastSeq: 12_000 });
    expect(stats.bytes).toBeLessThanOrEqual(1_048_576);
    expect(stats.bytes).toBeGreaterThan(900_000);
    expect(statSync(join(directory, 'journal.db')).size).toBeLessThanOrEqual(1_048_576);
    expect((await journal.read({ limit: 1 }))[0]?.seq).toBe(stats.firstSeq);
  });

  test('takes appends while it is being pruned', async () => {
    const journal = await open({
      directory: directories.create(),
      retention: { maxAgeDays: 30, maxSizeMiB: 1 },
    });
    await appendMany(journal, 12_000, 300);
    await journal.saveSnapshot(12_000, {});
    let pruned = false;
    const pruning = journal.prune().then(() => {
      pruned = true;
    });
    await journal.append(answered('server1'));
    expect(pruned).toBe(false);
    await pruning;
  });
});

describe('a journal that cannot be opened', () => {
  const openCode = (directory: string) =>
    open({ directory }).then(
      () => 'opened',
      (error: { code?: string }) => error.code,
    );

  test('is refused as locked while another has it open', async () => {
    const directory = directories.create();
    const journal = await open({ directory });
    expect(await openCode(directory)).toBe('journal.locked');
    await journal.append(answered('server1'));
    await journal.close();
    expect(await openCode(directory)).toBe('opened');
  });

  test('is refused as failed where its directory cannot be', async () => {
    const directory = directories.create();
    writeFileSync(join(directory, 'file'), '');
    mkdirSync(join(directory, 'journal.db'));
    expect(await openCode(join(directory, 'file', 'state'))).toBe('journal.failed');
    expect(await openCode(directory)).toBe('journal.failed');
  });

  test('is refused as failed where the worker is missing', async () => {
    const opening = open({
      directory: directories.create(),
      workerUrl: new URL('file:///nowhere/worker.js'),
    });
    await expect(opening).rejects.toMatchObject({ code: 'journal.failed' });
  });
});

describe("the journal's thread", () => {
  test('hangs: memory stays bounded, and close gives up after its limit', async () => {
    const clock = createVirtualClock();
    const journal = await open({
      directory: directories.create(),
      clock,
      workerUrl: fakeWorker('for (;;);'),
    });
    const pending = Array.from({ length: 100_000 }, () => journal.append(answered('server1')));
    const outcomes = Promise.allSettled(pending);
    await expect(journal.append(answered('one too many'))).rejects.toMatchObject({ code: 'journal.failed' });
    const closing = journal.close();
    await clock.advance(5_000);
    await closing;
    const reasons = (await outcomes).map((outcome) => outcome.status);
    expect(new Set(reasons)).toEqual(new Set(['rejected']));
    expect(clock.armed()).toBe(0);
  });
});
