import { expect, it } from 'vitest';
import { tellingUnrecorded, watchCondition } from '../../../src/app/unrecorded.ts';
import { CodedError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { createBus } from '../../../src/events/bus.ts';
import type { Event, NewEvent } from '../../../src/events/catalogue.ts';
import { createEventLog } from '../../../src/events/event-log.ts';
import { createMemoryJournal } from '../../support/memory-journal.ts';
import { answered } from '../../support/sample-events.ts';

const failed: NewEvent = {
  type: 'fence.finished',
  source: 'fence',
  severity: 'critical',
  data: {
    job: 'j',
    server: 's',
    action: 'off',
    outcome: 'unknown',
    fenced: false,
    journalled: false,
    steps: [],
  },
};

const bench = async () => {
  const clock = createVirtualClock();
  const journal = createMemoryJournal(clock);
  const log = createEventLog({ journal, bus: createBus(silentLogger), clock, log: silentLogger });
  await log.start();
  const told: Event[] = [];
  const tell = (event: Event) => void told.push(event);
  return { clock, journal, told, tell, events: tellingUnrecorded(log, clock, tell) };
};

it('says nothing of what is on record', async () => {
  const { clock, events, told } = await bench();
  await events.record(failed);
  await clock.advance(10_000);
  expect(told).toEqual([]);
  expect(clock.armed()).toBe(0);
});

it('tells of a critical event when the disk hangs for 2 s, and of no other', async () => {
  const { clock, journal, events, told } = await bench();
  journal.holdAppends(true);
  void events.record(failed);
  void events.record(answered('s'));
  await clock.advance(1_999);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toMatchObject([{ type: 'fence.finished', seq: 0, severity: 'critical' }]);
  journal.holdAppends(false);
});

it('tells of a forced stop that succeeded as well', async () => {
  const { clock, journal, events, told } = await bench();
  journal.holdAppends(true);
  const { severity: _critical, ...finished } = failed;
  void events.record({
    ...finished,
    data: { ...finished.data, outcome: 'confirmed', fenced: true },
  } as NewEvent);
  await clock.advance(2_000);
  expect(told).toMatchObject([
    { type: 'fence.finished', seq: 0, severity: 'notice', data: { fenced: true } },
  ]);
  journal.holdAppends(false);
});

it('tells at once when the disk refuses', async () => {
  const { clock, journal, events, told } = await bench();
  journal.failAppends(new CodedError('journal.failed'));
  await expect(events.record(failed)).rejects.toThrow();
  await clock.advance(0);
  expect(told).toMatchObject([{ type: 'fence.finished', seq: 0 }]);
});

it('tells once of trouble of the journal, and again of new trouble', async () => {
  const { clock, journal, tell, told } = await bench();
  const stop = watchCondition({ clock, journal }, tell);
  const hangs = { kind: 'impaired', reason: 'hung', message: 'the disk hangs' } as const;
  void journal.befall(hangs);
  await clock.advance(60_000);
  expect(told).toMatchObject([{ type: 'journal.impaired', seq: 0, data: { reason: 'hung' } }]);
  void journal.befall({ kind: 'recovered', reason: 'hung', since: '' });
  await clock.advance(60_000);
  void journal.befall(hangs);
  await clock.advance(60_000);
  expect(told).toHaveLength(2);
  stop();
  expect(clock.armed()).toBe(0);
});
