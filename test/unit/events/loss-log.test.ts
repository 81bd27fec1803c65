import { expect, it } from 'vitest';
import { CodedError } from '../../../src/core/errors.ts';
import { type LogFields, silentLogger } from '../../../src/core/log.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { createBus } from '../../../src/events/bus.ts';
import { createEventLog } from '../../../src/events/event-log.ts';
import { createMemoryJournal } from '../../support/memory-journal.ts';
import { answered, fenceRequested } from '../../support/sample-events.ts';

/** An event log whose disk takes nothing, and what it says of that. */
const bench = async () => {
  const clock = createVirtualClock();
  const journal = createMemoryJournal(clock);
  const lines: LogFields[] = [];
  const log = { ...silentLogger, error: (fields: LogFields) => void lines.push(fields) };
  const events = createEventLog({ journal, bus: createBus(log), clock, log });
  await events.start();
  journal.failAppends(new CodedError('journal.failed'));
  const lose = async (count: number) => {
    for (let n = 0; n < count; n += 1) await events.record(answered('one')).catch(() => undefined);
  };
  return { clock, journal, events, lines, lose };
};

it('says the first in full, then one a minute with how many came before it', async () => {
  const { clock, lines, lose } = await bench();
  await lose(1_000);
  expect(lines).toEqual([
    expect.objectContaining({ event: 'bmc.answered', data: { server: 'one' }, error: expect.any(String) }),
  ]);
  expect(lines[0]).not.toHaveProperty('before');
  await clock.advance(59_999);
  await lose(1);
  expect(lines).toHaveLength(1);
  await clock.advance(1);
  await lose(5);
  expect(lines.slice(1)).toEqual([expect.objectContaining({ event: 'bmc.answered', before: 1_000 })]);
  await clock.advance(60_000);
  await lose(1);
  expect(lines.slice(2)).toEqual([expect.objectContaining({ before: 4 })]);
});

it('says what was only counted when the disk is well again, and when the journal is maintained', async () => {
  const { journal, lines, lose, events } = await bench();
  await lose(10);
  journal.befall({ kind: 'recovered', since: '2026-01-01T00:00:00.000Z', reason: 'fullDisk' });
  expect(lines.slice(1)).toEqual([{ event: 'bmc.answered', count: 9 }]);
  await lose(3);
  await events.maintain();
  expect(lines.slice(2)).toEqual([{ event: 'bmc.answered', count: 3 }]);
  await events.maintain();
  expect(lines).toHaveLength(3);
});

it('says every forced stop in full', async () => {
  const { events, lines } = await bench();
  for (const job of ['a', 'b', 'c']) await events.record(fenceRequested(job)).catch(() => undefined);
  expect(lines.map(({ event, data }) => [event, (data as { job: string }).job])).toEqual([
    ['fence.requested', 'a'],
    ['fence.requested', 'b'],
    ['fence.requested', 'c'],
  ]);
});
