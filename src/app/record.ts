import { type Clock, timedOut, within } from '../core/clock.ts';
import { CodedError } from '../core/errors.ts';
import type { NewEvent } from '../events/catalogue.ts';
import type { EventLog } from '../events/event-log.ts';

/**
 * Records a fact that stands whether or not it reaches the disk; the event log has put a failure in the
 * log already.
 */
export const note = async (events: EventLog, event: NewEvent): Promise<void> => {
  await events.record(event).catch(() => undefined);
};

/** As long as a start or a stop waits for the disk, and as a client does for what it wants recorded. */
const recordLimitMs = 3_000;

/** What waits for the disk, with an answer in time; rejects with `journal.failed`, and the work itself goes on. */
export const inTime = async <Value>(clock: Clock, work: Promise<Value>): Promise<Value> => {
  const done = await within(clock, recordLimitMs, work);
  if (done !== timedOut) return done;
  throw new CodedError('journal.failed', 'the disk does not answer; this may still be recorded later');
};

/** The record with an answer in time: a disk that hangs must not keep a client, a start or a stop waiting. */
export const recordInTime =
  (clock: Clock, events: EventLog): EventLog['record'] =>
  (event) =>
    inTime(clock, events.record(event));

/** As {@link note}, but no longer than a start, a reload or a stop may wait. */
export const noteInTime = async (clock: Clock, events: EventLog, event: NewEvent): Promise<void> => {
  await recordInTime(clock, events)(event).catch(() => undefined);
};
