import { type Clock, timedOut, within } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { Event, NewEvent } from '../events/catalogue.ts';

export interface WriteDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** How long the disk may keep an action waiting, in milliseconds. */
  readonly limitMs: number;
  readonly record: (event: NewEvent) => Promise<Event>;
}

/**
 * Whether an event is on disk by now: else it was refused or is late, and stands in the log. `onWritten` runs when
 * it is there after all. Never rejects: a failed disk must not keep a failed server alive.
 */
export const writeInTime = async (
  { clock, log, limitMs, record }: WriteDeps,
  event: NewEvent,
  onWritten: () => void = () => {},
): Promise<boolean> => {
  const recorded = record(event).then(
    () => {
      onWritten();
      return true;
    },
    (error: unknown) => {
      const said = 'the journal refused a fence record; it stands here instead';
      log.error({ event, error: messageOf(error) }, said);
      return false;
    },
  );
  const result = await within(clock, limitMs, recorded);
  if (result !== timedOut) return result;
  log.error({ event }, 'the journal did not answer in time; the record stands here too');
  return false;
};
