import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { sleep, systemClock } from '../../src/core/clock.ts';
import {
  builtEvents,
  openThreadJournal,
  roomyRetention,
  temporaryDirectories,
} from '../support/thread-journal.ts';

const directories = temporaryDirectories();
afterAll(() => directories.remove());

type Writer = ChildProcessByStdio<null, Readable, null>;

const startWriter = (directory: string): Writer => {
  const script = fileURLToPath(new URL('../support/journal-writer.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, builtEvents.href, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
};

/** Lets a writer run for a while after its first acknowledgement, kills it, and answers what it printed. */
const writeUntilKilled = async (directory: string, runMs: number): Promise<Map<number, string>> => {
  const child = startWriter(directory);
  const exited = once(child, 'exit');
  const acknowledged = new Map<number, string>();
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const [, seq, server] = /^(\d+) (\S+)$/.exec(line) ?? [];
    if (seq !== undefined && server !== undefined) acknowledged.set(Number(seq), server);
  });
  const drained = once(lines, 'close');
  await once(lines, 'line');
  await sleep(systemClock, runMs);
  child.kill('SIGKILL');
  await Promise.all([exited, drained]);
  return acknowledged;
};

const openJournal = (directory: string) =>
  openThreadJournal({ directory, retention: roomyRetention, clock: systemClock });

/** Every event in the journal: seq → server. */
const readAll = async (directory: string): Promise<Map<number, string>> => {
  const journal = await openJournal(directory);
  const found = new Map<number, string>();
  for (let after = 0; ; ) {
    const page = await journal.read({ after, limit: 10_000 });
    for (const event of page) if (event.type === 'bmc.answered') found.set(event.seq, event.data.server);
    after = page.at(-1)?.seq ?? after;
    if (page.length === 0) break;
  }
  await journal.close();
  return found;
};

test('no acknowledged event is lost when the process is killed at any moment', async () => {
  const directory = directories.create();
  const acknowledged = new Map<number, string>();
  for (let round = 0; round < 10; round += 1) {
    const printed = await writeUntilKilled(directory, Math.random() * 60);
    for (const [seq, server] of printed) {
      expect(acknowledged.has(seq)).toBe(false);
      acknowledged.set(seq, server);
    }
  }
  const found = await readAll(directory);
  expect(acknowledged.size).toBeGreaterThan(100);
  const lost = [...acknowledged].filter(([seq, server]) => found.get(seq) !== server);
  expect(lost).toEqual([]);
}, 60_000);

test('a second process on the same directory is refused at once', async () => {
  const directory = directories.create();
  const journal = await openJournal(directory);
  onTestFinished(async () => void (await journal.close()));
  const child = startWriter(directory);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  expect(line).toBe('journal.locked');
});
