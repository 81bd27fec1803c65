import { describe, expect, test } from 'vitest';
import { CodedError } from '../../../src/core/errors.ts';
import type { Logger } from '../../../src/core/log.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { createBus } from '../../../src/events/bus.ts';
import type { Event, NewEvent } from '../../../src/events/catalogue.ts';
import { createEventLog } from '../../../src/events/event-log.ts';
import { createMemoryJournal } from '../../support/memory-journal.ts';
import { answered, fenceRequested } from '../../support/sample-events.ts';

const createRecordingLogger = () => {
  const lines: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const at = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) =>
    void lines.push({ level, message, fields });
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { lines, logger };
};

const setUp = async (clock = createVirtualClock(), journal = createMemoryJournal(clock)) => {
  const { lines, logger: log } = createRecordingLogger();
  const bus = createBus(log);
  const published: Event[] = [];
  bus.subscribe((event) => void published.push(event));
  const eventLog = createEventLog({ journal, bus, log, clock });
  await eventLog.start();
  return { clock, journal, bus, published, lines, eventLog };
};

const pinned = (guid: string): NewEvent => ({
  type: 'bmc.identityPinned',
  source: 'bmc',
  data: { server: 'server1', guid },
});

test('an event is on disk, then in the view, then published', async () => {
  const { journal, bus, eventLog } = await setUp();
  const seen: unknown[] = [];
  bus.subscribe((event) => {
    seen.push(event.seq, journal.events().length, eventLog.view().seq);
  });
  journal.holdAppends(true);
  const recording = eventLog.record(pinned('abc'));
  expect(seen).toEqual([]);
  expect(eventLog.view().seq).toBe(0);
  journal.holdAppends(false);
  const event = await recording;
  expect(seen).toEqual([1, 1, 1]);
  expect(eventLog.view().servers.server1?.guid).toBe('abc');
  expect(journal.events()).toEqual([event]);
});

test('events are published in the order in which they were recorded', async () => {
  const { journal, published, eventLog } = await setUp();
  journal.holdAppends(true);
  const recordings = ['a', 'b', 'c'].map((server) => eventLog.record(answered(server)));
  journal.holdAppends(false);
  await Promise.all(recordings);
  expect(published.map((event) => event.seq)).toEqual([1, 2, 3]);
});

test('an event that could not be recorded is logged, and is neither in the view nor published', async () => {
  const { journal, published, lines, eventLog } = await setUp();
  journal.failAppends(new CodedError('journal.failed', 'disk full'));
  await expect(eventLog.record(pinned('abc'))).rejects.toMatchObject({ code: 'journal.failed' });
  expect(lines).toMatchObject([
    { level: 'error', fields: { event: 'bmc.identityPinned', data: { guid: 'abc' }, error: 'disk full' } },
  ]);
  journal.failAppends(undefined);
  await eventLog.record(answered('server2'));
  expect(published.map((event) => event.type)).toEqual(['bmc.answered']);
  expect(eventLog.view().servers).not.toHaveProperty('server1');
});

test('a start rebuilds the view from snapshot and later events, over many pages', async () => {
  const first = await setUp();
  await first.eventLog.record(pinned('abc'));
  await first.eventLog.record(fenceRequested('job1'));
  await first.eventLog.maintain();
  for (let index = 0; index < 2_500; index += 1) await first.eventLog.record(answered(`server${index % 5}`));
  const second = await setUp(first.clock, first.journal);
  expect(second.eventLog.view()).toEqual(first.eventLog.view());
  expect(second.eventLog.view().seq).toBe(2_502);
  expect(second.published).toEqual([]);
});

test('a saved view that cannot be read is said so and rebuilt from the events', async () => {
  const first = await setUp();
  await first.eventLog.record(pinned('abc'));
  await first.journal.saveSnapshot(1, { nonsense: true });
  const second = await setUp(first.clock, first.journal);
  expect(second.lines).toMatchObject([{ level: 'error', fields: { snapshotSeq: 1 } }]);
  expect(second.eventLog.view()).toEqual(first.eventLog.view());
});

test('maintenance saves the view, so that old events can go without losing what they said', async () => {
  const { clock, journal, eventLog, lines } = await setUp();
  await eventLog.record(pinned('abc'));
  await clock.advance(31 * 86_400_000);
  await eventLog.record(answered('server2'));
  await eventLog.maintain();
  expect(journal.events().map((event) => event.seq)).toEqual([2]);
  expect(lines).toMatchObject([{ level: 'info', fields: { dropped: 1 } }]);
  const restarted = await setUp(clock, journal);
  expect(restarted.eventLog.view().servers.server1?.guid).toBe('abc');
});

test('maintenance that fails is logged and does not reject', async () => {
  const { journal, eventLog, lines } = await setUp();
  await journal.close();
  await eventLog.maintain();
  expect(lines).toMatchObject([{ level: 'error', fields: { error: 'The journal is closed.' } }]);
});

test('a disk that becomes slow is said so once, and so is its recovery', async () => {
  const { clock, journal, eventLog, lines } = await setUp();
  journal.holdAppends(true);
  const recordings = [eventLog.record(answered('a')), eventLog.record(answered('b'))];
  await clock.advance(700);
  journal.holdAppends(false);
  await Promise.all(recordings);
  await eventLog.record(answered('c'));
  await eventLog.record(answered('d'));
  expect(lines.map(({ level, fields }) => [level, fields.tookMs])).toEqual([
    ['warn', 700],
    ['info', 0],
  ]);
});

test('recording before the start is a bug', async () => {
  const clock = createVirtualClock();
  const { logger: log } = createRecordingLogger();
  const eventLog = createEventLog({ journal: createMemoryJournal(clock), bus: createBus(log), log, clock });
  await expect(eventLog.record(answered('server1'))).rejects.toThrow('before it was started');
});

describe('what befalls the journal', () => {
  const readOnly = { kind: 'impaired', reason: 'readOnly', message: 'mount it' } as const;
  const recovered = { kind: 'recovered', since: '2026-01-01T00:00:00.000Z', reason: 'readOnly' } as const;

  test('is said in the log at once, and on record once that is possible, with what was lost', async () => {
    const { journal, published, lines, eventLog } = await setUp();
    journal.failAppends(new CodedError('journal.failed', 'mount it'));
    journal.befall(readOnly);
    await expect(eventLog.record(answered('server1'))).rejects.toMatchObject({ code: 'journal.failed' });
    journal.failAppends(undefined);
    journal.befall(recovered);
    await eventLog.record(answered('server2'));
    expect(lines.map(({ level, fields }) => [level, fields.reason ?? fields.event])).toEqual([
      ['error', 'readOnly'],
      ['error', 'bmc.answered'],
      ['info', 'readOnly'],
    ]);
    expect(published.map(({ type, data }) => ({ type, data }))).toEqual([
      { type: 'journal.recovered', data: { reason: 'readOnly', since: recovered.since, lost: 1 } },
      { type: 'bmc.answered', data: { server: 'server2' } },
    ]);
  });

  test('makes room where the disk is full', async () => {
    const { clock, journal, eventLog } = await setUp();
    await eventLog.record(pinned('abc'));
    await clock.advance(31 * 86_400_000);
    journal.befall({ kind: 'impaired', reason: 'fullDisk', message: 'free some space' });
    await clock.advance(0);
    expect(journal.events().map(({ type }) => type)).toEqual(['journal.impaired']);
  });

  test('costs no pinned identity where the process knows it still', async () => {
    const { clock, journal, published, lines, eventLog } = await setUp();
    await eventLog.record(pinned('abc'));
    journal.befall({ kind: 'replaced', movedTo: '/state/journal.db.damaged-1' });
    await clock.advance(0);
    expect(await journal.loadSnapshot()).toMatchObject({ state: { servers: { server1: { guid: 'abc' } } } });
    expect(published.at(-1)).toMatchObject({
      severity: 'critical',
      data: { movedTo: '/state/journal.db.damaged-1', viewKept: true },
    });
    expect(lines).toMatchObject([{ level: 'error', fields: { viewKept: true } }]);
  });

  test('costs them at a start, which says so', async () => {
    const { clock, journal, published, lines } = await setUp();
    journal.befall({ kind: 'replaced', movedTo: '/state/journal.db.damaged-1' });
    await clock.advance(0);
    expect(published).toMatchObject([{ type: 'journal.replaced', data: { viewKept: false } }]);
    expect(lines[0]?.message).toContain('pinned BMC identities');
  });
});

test('a start that could not be recorded forgets readings all the same', async () => {
  const { eventLog } = await setUp();
  await eventLog.record(answered('server1'));
  expect(eventLog.view().servers.server1?.bmc).toBe('ok');
  eventLog.forgetReadings();
  expect(eventLog.view().servers.server1?.bmc).toBe('unknown');
});
