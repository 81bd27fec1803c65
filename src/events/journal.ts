import type { Event, NewEvent } from './catalogue.ts';

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

/**
 * The durable record. A promise of `append` resolves only when the event is on disk (fsync);
 * under load many appends share one flush. Events keep the order in which `append` was called.
 * All calls throw a CodedError with a `journal.*` code.
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
  close(): Promise<void>;
}
