import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import type { Journal, JournalNews } from '../../src/events/journal.ts';
import { until } from '../support/bounded.ts';
import { answered } from '../support/sample-events.ts';
import {
  builtEvents,
  openThreadJournal,
  roomyRetention,
  temporaryDirectories,
} from '../support/thread-journal.ts';

const directories = temporaryDirectories();
afterAll(() => directories.remove());

const limitMs = 10_000;

/**
 * The real worker, in a thread that does `misdeed` once, when asked to write an event about "poison"; a
 * file in the state directory remembers that it is done.
 */
const misbehavingWorker = (misdeed: string): URL => {
  const worker = new URL('journal-worker.js', builtEvents).href;
  const code = `
    import { existsSync, writeFileSync } from 'node:fs';
    import { parentPort, workerData } from 'node:worker_threads';
    const done = workerData.directory + '/done';
    const post = parentPort.postMessage.bind(parentPort);
    let poisoned;
    parentPort.on('message', (message) => {
      if (existsSync(done) || !JSON.stringify(message).includes('poison')) return;
      writeFileSync(done, '');
      poisoned = message;
      ${misdeed}
    });
    await import(${JSON.stringify(worker)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
};

const open = async (
  directory: string,
  workerUrl: URL,
): Promise<{ journal: Journal; news: JournalNews[] }> => {
  const retention = roomyRetention;
  const journal = await openThreadJournal({ directory, retention, clock: systemClock, workerUrl });
  onTestFinished(async () => void (await journal.close()));
  const news: JournalNews[] = [];
  journal.watch((one) => void news.push(one));
  return { journal, news };
};

const serversIn = async (journal: Journal): Promise<string[]> =>
  (await journal.read({ limit: 1_000 })).map((event) =>
    event.type === 'bmc.answered' ? event.data.server : event.type,
  );

describe("a journal's thread that ends while events wait", () => {
  test.each([
    ['after it wrote them, by a crash', "parentPort.postMessage = () => { throw new Error('boom'); };"],
    ['before it wrote them', 'process.exit(0);'],
    ['after it wrote them, before it said so', 'parentPort.postMessage = () => process.exit(0);'],
  ])('is replaced, and every event is written once and in order: %s', async (_name, misdeed) => {
    const directory = directories.create();
    const { journal, news } = await open(directory, misbehavingWorker(misdeed));
    const servers = ['a', 'b', 'poison', 'c', 'd'];
    const appended: Promise<{ seq: number }>[] = [];
    for (const server of servers) {
      appended.push(journal.append(answered(server)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await Promise.all(appended)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(await serversIn(journal)).toEqual(servers);
    expect(news).toMatchObject([
      { kind: 'impaired', reason: 'threadEnded' },
      { kind: 'recovered', reason: 'threadEnded' },
    ]);
    expect(journal.condition()).toEqual({ state: 'ok' });
  });

  test('is refused reads at once, and the journal says why', async () => {
    const { journal } = await open(directories.create(), misbehavingWorker('process.exit(0);'));
    const appended = journal.append(answered('poison'));
    await until(() => journal.condition().state === 'impaired', limitMs, 'the trouble to show');
    await expect(journal.read({ limit: 1 })).rejects.toMatchObject({
      code: 'journal.failed',
      message: expect.stringContaining('is being opened again'),
    });
    expect((await appended).seq).toBe(1);
  });

  test('is not replaced once the journal is closed', async () => {
    const { journal } = await open(directories.create(), misbehavingWorker('process.exit(0);'));
    const appended = journal.append(answered('poison'));
    const closing = journal.close();
    expect(await closing).toEqual({ stuck: false });
    await Promise.allSettled([appended]);
    await expect(journal.append(answered('late'))).rejects.toMatchObject({ code: 'journal.failed' });
  });
});

test('a journal that is found damaged while it is written is replaced, and no event is lost', async () => {
  const directory = directories.create();
  const misdeed = `parentPort.postMessage = (reply) => {
    parentPort.postMessage = post;
    post({ id: reply.id, ok: false, code: 'journal.corrupt', message: 'damaged' });
  };`;
  const { journal, news } = await open(directory, misbehavingWorker(misdeed));
  await journal.append(answered('a'));
  const after = await journal.append(answered('poison'));
  expect(after.seq).toBeGreaterThan(1_000_000);
  expect((await journal.append(answered('b'))).seq).toBe(after.seq + 1);
  expect(await serversIn(journal)).toEqual(['poison', 'b']);
  expect(news).toMatchObject([
    { kind: 'impaired', reason: 'threadEnded' },
    { kind: 'replaced', movedTo: expect.stringContaining(join(directory, 'journal.db.damaged-')) },
    { kind: 'recovered' },
  ]);
});
