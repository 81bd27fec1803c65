import { type Clock, isoNow, timedOut, within } from '../core/clock.ts';
import { type Event, type EventType, type NewEvent, severityOf } from '../events/catalogue.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Journal } from '../events/journal.ts';

/** What the journal did not take in this time is told without it. */
const recordLimitMs = 2_000;
/** How often the journal is looked at: its own trouble is what it can least record. */
const lookMs = 5_000;

/** Ends of forced stops, good ones too: a NOC that heard of a failure must hear what came of the next try. */
const alwaysUrgent: ReadonlySet<EventType> = new Set(['fence.finished', 'fence.provedLate']);

const isUrgent = (event: NewEvent): boolean =>
  severityOf(event) === 'critical' || alwaysUrgent.has(event.type);

/** Hears of urgent events that are not on record; their seq is 0, and a record may still follow. */
export type OnUnrecorded = (event: Event) => void;

const unrecorded = (event: NewEvent, clock: Clock): Event =>
  ({ ...event, severity: severityOf(event), seq: 0, at: isoNow(clock) }) as Event;

/**
 * The same event log; an urgent event that the disk does not take in time is told all the same. A NOC that reads the
 * journal would else hear of a failed forced stop when the disk is well again.
 */
export const tellingUnrecorded = (events: EventLog, clock: Clock, tell: OnUnrecorded): EventLog => ({
  ...events,
  record(event) {
    const recording = events.record(event);
    if (isUrgent(event)) {
      const taken = recording.then(
        () => true,
        () => false,
      );
      void within(clock, recordLimitMs, taken).then((came) => {
        if (came === timedOut || !came) tell(unrecorded(event, clock));
      });
    }
    return recording;
  },
});

/** Tells once of every trouble that the journal still has when it is looked at. Returns the call that ends it. */
export const watchCondition = (
  { clock, journal }: { readonly clock: Clock; readonly journal: Pick<Journal, 'condition'> },
  tell: OnUnrecorded,
): (() => void) => {
  let told: string | undefined;
  const look = (): void => {
    const now = journal.condition();
    // On a full disk the journal keeps room for saying so itself.
    const trouble = now.state === 'impaired' && now.reason !== 'fullDisk' ? now : undefined;
    const since = trouble?.since;
    if (trouble && since !== told) {
      const { reason, message } = trouble;
      tell(unrecorded({ type: 'journal.impaired', source: 'journal', data: { reason, message } }, clock));
    }
    told = since;
    timer = clock.after(lookMs, look);
  };
  let timer = clock.after(lookMs, look);
  return () => timer.cancel();
};
