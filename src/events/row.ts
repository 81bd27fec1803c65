import { type Clock, isoNow } from '../core/clock.ts';
import { CodedError } from '../core/errors.ts';
import {
  type Event,
  type EventType,
  eventCatalogue,
  type NewEvent,
  type Severity,
  serverOf,
  severityOf,
} from './catalogue.ts';

/** An event as the journal writes it, before it has its number. */
export interface NewRow {
  readonly at: string;
  readonly type: EventType;
  readonly severity: Severity;
  readonly source: string;
  readonly server: string | null;
  readonly cause: number | null;
  /** The event's data as JSON. */
  readonly data: string;
}

export interface EventRow extends NewRow {
  readonly seq: number;
}

/**
 * Holds an event against the catalogue; throws a TypeError if its data is not what that says. Events are made by our own,
 * typed code, so that is a bug and not a condition to handle: tests look for it, the daemon does not pay for it.
 */
export const checkEvent = (event: NewEvent): void => {
  const checked = eventCatalogue[event.type].data.safeParse(event.data);
  if (!checked.success) throw new TypeError(`event ${event.type} is malformed: ${checked.error.message}`);
};

/**
 * Stamps an event with the time and freezes its data as text, so that later changes to the object
 * reach neither the disk nor the listeners.
 */
export const toRow = (event: NewEvent, clock: Clock): NewRow => ({
  at: isoNow(clock),
  type: event.type,
  severity: severityOf(event),
  source: event.source,
  server: serverOf(event) ?? null,
  cause: event.cause ?? null,
  data: JSON.stringify(event.data),
});

/** JSON the journal holds; throws `journal.corrupt`, since it never wrote anything else. */
export const parseStored = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CodedError('journal.corrupt', undefined, { cause: error });
  }
};

/** The event a row stands for. Live and re-read events both come from here, so they cannot differ. */
export const toEvent = (row: EventRow): Event =>
  ({
    seq: row.seq,
    at: row.at,
    type: row.type,
    severity: row.severity,
    source: row.source,
    ...(row.cause !== null && { cause: row.cause }),
    data: parseStored(row.data),
  }) as Event;
