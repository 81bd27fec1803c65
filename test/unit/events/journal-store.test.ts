import Database from 'libsql';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { eventTypes, type NewEvent } from '../../../src/events/catalogue.ts';
import { openStore } from '../../../src/events/journal-store.ts';
import { type NewRow, toRow } from '../../../src/events/row.ts';
import { answered, fenceRequested } from '../../support/sample-events.ts';
import { roomyRetention, temporaryDirectories } from '../../support/thread-journal.ts';

const directories = temporaryDirectories();
afterAll(() => directories.remove());

const open = (directory = directories.create()) => {
  const store = openStore({ directory, retention: roomyRetention, knownTypes: eventTypes });
  onTestFinished(() => store.close());
  return store;
};

const rows = (...events: NewEvent[]): NewRow[] => events.map((event) => toRow(event, createVirtualClock()));

test('a batch is written whole or not at all', () => {
  const store = open();
  store.append(rows(answered('a')));
  const broken = { ...rows(answered('c'))[0], at: null } as unknown as NewRow;
  expect(() => store.append([...rows(answered('b')), broken])).toThrow(
    expect.objectContaining({ code: 'journal.failed' }),
  );
  expect(store.stats()).toMatchObject({ firstSeq: 1, lastSeq: 1 });
  expect(store.append(rows(answered('d'), answered('e')))).toEqual([2, 3]);
});

test('events of a type this version does not know are passed over, without ending a page early', () => {
  const store = open();
  const [row] = rows(answered('server1'));
  const strange = { ...row, type: 'ups.onBattery', server: 'server1' } as unknown as NewRow;
  store.append([strange, strange, ...rows(answered('server1'), fenceRequested('job1'))]);
  expect(store.read({ limit: 2 }).map((found) => found.seq)).toEqual([3, 4]);
  expect(store.read({ server: 'server1', limit: 1 }).map((found) => found.seq)).toEqual([3]);
});

test('a limit out of range is brought into range', () => {
  const store = open();
  store.append(Array.from({ length: 10_001 }, () => rows(answered('server1'))[0] as NewRow));
  expect(store.read({ limit: 0 })).toHaveLength(1);
  expect(store.read({ limit: 1_000_000 })).toHaveLength(10_000);
});

test('a consumer name with control characters is refused, since libsql would cut it', () => {
  const store = open();
  expect(() => store.consumer('engine\u0000other', 0)).toThrow(
    expect.objectContaining({ code: 'journal.failed' }),
  );
});

test.each([
  ['PRAGMA user_version = 99', 'journal.failed'],
  ['CREATE TABLE other (id INTEGER)', 'journal.failed'],
  ['PRAGMA user_version = 1', 'journal.failed'],
])('a file that is not our journal is refused: %s', (sql, code) => {
  const directory = directories.create();
  const file = new Database(`${directory}/journal.db`);
  file.exec(sql);
  file.close();
  expect(() => open(directory)).toThrow(expect.objectContaining({ code }));
});
