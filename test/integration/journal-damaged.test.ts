import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import type { Journal, JournalNews } from '../../src/events/journal.ts';
import { answered, bulky } from '../support/sample-events.ts';
import { openThreadJournal, roomyRetention, temporaryDirectories } from '../support/thread-journal.ts';

const directories = temporaryDirectories();
afterAll(() => directories.remove());

const open = async (directory: string): Promise<{ journal: Journal; news: JournalNews[] }> => {
  const journal = await openThreadJournal({ directory, retention: roomyRetention, clock: systemClock });
  onTestFinished(async () => void (await journal.close()));
  const news: JournalNews[] = [];
  journal.watch((one) => void news.push(one));
  return { journal, news };
};

const fill = async (directory: string): Promise<void> => {
  const { journal } = await open(directory);
  await Promise.all(Array.from({ length: 500 }, () => journal.append(bulky(200))));
  await journal.close();
};

/** The file with one letter of its table definitions flipped, which SQLite's own check does not see. */
const flipped =
  (words: string, at: number) =>
  (file: Buffer): Buffer => {
    const place = file.indexOf(words);
    if (place < 0) throw new Error(`the journal has no ${words}`);
    const torn = Buffer.from(file);
    torn.writeUInt8(torn.readUInt8(place + at) ^ 0x01, place + at);
    return torn;
  };

test.each([
  ['garbage', () => Buffer.alloc(8_192, 0x41)],
  ['a torn file', (file: Buffer) => file.subarray(0, file.length / 2)],
  ['a torn header', (file: Buffer) => file.subarray(0, 50)],
  ['a flipped letter in the name of a column', flipped('severity TEXT', 0)],
  ['a flipped letter in a column of the snapshot', flipped('state TEXT', 0)],
  ['a flipped letter in a condition', flipped('CHECK (id = 1)', 12)],
  ['a flipped letter in the table of numbers', flipped('sqlite_sequence(name,seq)', 22)],
  ['a flipped bit in the format of the file', (file: Buffer) => Buffer.from(file).fill(0xff, 44, 48)],
  ['an overwritten page', (file: Buffer) => Buffer.from(file).fill(0x41, 4_096 * 5, 4_096 * 6)],
])('a damaged journal is kept, and another begun above its numbers: %s', async (_name, damage) => {
  const directory = directories.create();
  await fill(directory);
  const path = join(directory, 'journal.db');
  const damaged = damage(readFileSync(path));
  writeFileSync(path, damaged);
  const before = systemClock.wallMs();
  const { journal, news } = await open(directory);
  const [replaced] = news;
  expect(news).toEqual([{ kind: 'replaced', movedTo: expect.stringContaining(`${path}.damaged-`) }]);
  if (replaced?.kind === 'replaced') expect(readFileSync(replaced.movedTo).equals(damaged)).toBe(true);
  expect(await journal.read({ limit: 10 })).toEqual([]);
  expect((await journal.append(answered('a'))).seq).toBeGreaterThan(before);
  await journal.close();
  const again = await open(directory);
  expect(again.news).toEqual([]);
  expect(await again.journal.read({ limit: 10 })).toMatchObject([{ data: { server: 'a' } }]);
});

test('bytes of an event that are no text cost that text, and neither the journal nor the process', async () => {
  const directory = directories.create();
  await fill(directory);
  const path = join(directory, 'journal.db');
  const file = readFileSync(path);
  const run = 'x'.repeat(100);
  for (let at = file.indexOf(run); at >= 0; at = file.indexOf(run, at + 200))
    file.fill(0xff, at + 10, at + 20);
  writeFileSync(path, file);
  const { journal, news } = await open(directory);
  const events = await journal.read({ limit: 1_000 });
  expect(events).toHaveLength(500);
  expect(events.filter(({ data }) => JSON.stringify(data).includes('\ufffd')).length).toBeGreaterThan(400);
  expect((await journal.append(answered('a'))).seq).toBe(501);
  expect(news).toEqual([]);
});

test('a life that was cut off between the two is made up for', async () => {
  const directory = directories.create();
  await fill(directory);
  const path = join(directory, 'journal.db');
  writeFileSync(`${path}.damaged-20260102T030405.678Z`, readFileSync(path));
  writeFileSync(`${path}.damaged-20260102T030405.678Z-wal`, '');
  rmSync(path);
  const { journal, news } = await open(directory);
  expect(news).toEqual([{ kind: 'replaced', movedTo: `${path}.damaged-20260102T030405.678Z` }]);
  expect((await journal.append(answered('a'))).seq).toBeGreaterThan(500);
});

test('whatever byte of it is wrong, it opens or is replaced, and takes events', async () => {
  const directory = directories.create();
  await fill(directory);
  const path = join(directory, 'journal.db');
  const whole = readFileSync(path);
  for (let round = 0; round < 20; round += 1) {
    const torn = Buffer.from(whole);
    for (let hit = 0; hit < 8; hit += 1) torn[Math.floor(Math.random() * torn.length)] = 0xff;
    for (const name of readdirSync(directory))
      if (name.startsWith('journal.db')) rmSync(join(directory, name));
    writeFileSync(path, torn);
    const { journal } = await open(directory);
    await journal.append(answered('a'));
    await journal.close();
    expect(existsSync(path)).toBe(true);
  }
}, 60_000);
