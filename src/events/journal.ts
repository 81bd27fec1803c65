import type { Event, journalTroubles, NewEvent } from './catalogue.ts';

/** Which events to read, oldest first. */
export interface JournalQuery {
  /** Only events with a greater seq. */
  readonly after?: number;
  /** Only these types; `*` stands for any run of characters (`fence.*`). */
  readonly types?: readonly string[];
  readonly server?: string;
  /** At most this many (1-10,000). */
  readonly limit: number;
}

/** A consumer of events that asked to be remembered. */
export interface ConsumerRecord {
  readonly name: string;
  /** The last seq it acknowledged. */
  readonly ackedSeq: number;
}

export interface JournalStats {
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Events handed over but not yet on disk. */
  readonly pending: number;
  readonly bytes: number;
}

/** What keeps the journal from recording, in a code and in a sentence that says what to do. */
export interface JournalTrouble {
  readonly reason: (typeof journalTroubles)[number];
  readonly message: string;
}

/** How the journal is; `since` is when it was last `ok`, in ISO 8601 UTC. */
export type JournalCondition =
  | { readonly state: 'ok' }
  | ({ readonly state: 'impaired'; readonly since: string } & JournalTrouble);

/** What befell the journal: trouble (new, or another than before), its end, or a new beginning. */
export type JournalNews =
  | ({ readonly kind: 'impaired' } & JournalTrouble)
  | { readonly kind: 'recovered'; readonly since: string; readonly reason: JournalTrouble['reason'] }
  /** The damaged files were moved aside, and an empty journal was begun. */
  | { readonly kind: 'replaced'; readonly movedTo: string };

/**
 * The durable record. A promise of `append` resolves only when the event is on disk (fsync);
 * under load many appends share one flush. Events keep the order in which `append` was called.
 * All calls throw a CodedError with a `journal.*` code. An append waits for a disk that hangs, as long
 * as there is room to wait; every other call ends within seconds.
 */
export interface Journal {
  append(event: NewEvent): Promise<Event>;
  read(query: JournalQuery): Promise<Event[]>;
  stats(): Promise<JournalStats>;
  /** Registers a consumer, or answers what is known of it; a new one starts at `startSeq`. */
  consumer(name: string, startSeq: number): Promise<ConsumerRecord>;
  /** Moves a consumer's offset forward, durably; an older or unknown seq changes nothing. */
  acknowledge(name: string, seq: number): Promise<void>;
  /** The state the view was last saved with, and the seq it stands for. */
  loadSnapshot(): Promise<{ seq: number; state: unknown } | undefined>;
  /** Saves the view as of `seq`, so that older events may be dropped. */
  saveSnapshot(seq: number, state: unknown): Promise<void>;
  /** Drops events past the configured age and size, never one newer than the snapshot. */
  prune(): Promise<{ dropped: number }>;
  condition(): JournalCondition;
  /** Tells one listener everything from the opening on, in order. */
  watch(listener: (news: JournalNews) => void): void;
  /** Resolves within 5 s; `stuck` where the disk then still holds a thread, which no process survives in order. */
  close(): Promise<{ readonly stuck: boolean }>;
}
