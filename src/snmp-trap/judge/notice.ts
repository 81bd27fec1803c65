import type { Severity } from '../../core/severity.ts';
import type { EventData, NewEvent } from '../../events/catalogue.ts';

type TrapData = EventData<'trap.received'>;

/** What an event tells of a trap, without how often. */
export type TrapBody = Omit<TrapData, 'count' | 'firstAt' | 'summary'>;

/** What is to be told of a trap, before it is known how often and whether at once. */
export interface Notice {
  /** Whether a rule knows the trap. */
  readonly known: boolean;
  readonly severity: Severity;
  readonly source: string;
  readonly trapOid: string;
  readonly rule: string | undefined;
  readonly name: string;
  readonly action: TrapData['action'];
  readonly key: string | undefined;
  /** Put in words and listed only where it is told: repeats and storms come by the thousand. */
  readonly body: () => TrapBody;
}

/** What the configuration calls a sender. */
export interface SenderNames {
  readonly server?: string;
  readonly device?: string;
}

export interface Tally {
  readonly count: number;
  /** ISO 8601 UTC. */
  readonly firstAt: string;
}

/** An inform that came and is not acknowledged yet. */
export interface Ticket {
  /** What there is to tell of it stands in the events of the call that does this, or of an earlier one. */
  release(): void;
  /** It is not to be acknowledged: too many wait for the same already. */
  refuse(): void;
}

/** A trap that came: from whom and when; `nowMs` is monotonic, `at` ISO 8601 UTC. */
export interface Arrival {
  readonly source: string;
  readonly nowMs: number;
  readonly at: string;
  /** Missing where nobody waits for an acknowledgement. */
  readonly ticket?: Ticket | undefined;
}

/** Whose repeats what is said of a condition belongs to. */
export const slotOfKey = (source: string, key: string): string => `${source} key ${key}`;

/** Whose repeats a notice belongs to: those of its condition, or those of what is told. */
export const slotOf = (
  { source, key, rule, trapOid }: Pick<Notice, 'source' | 'trapOid' | 'rule' | 'key'>,
  text: () => string,
): string => {
  if (key !== undefined) return slotOfKey(source, key);
  return rule === undefined ? `${source} ${trapOid}` : `${source} ${rule} ${text()}`;
};

export const slotOfNotice = (notice: Notice): string => slotOf(notice, () => notice.body().text);

export const eventSource = 'snmp-trap';

export const told = ({ severity, body }: Notice, { count, firstAt }: Tally): NewEvent => ({
  type: 'trap.received',
  source: eventSource,
  severity,
  data: { ...body(), count, firstAt },
});

/** The end of a row of repeats; it neither raises nor clears again. */
export const summary = ({ severity, body }: Notice, { count, firstAt }: Tally): NewEvent => ({
  type: 'trap.received',
  source: eventSource,
  severity,
  data: { ...body(), count, firstAt, summary: true },
});
