import type { CallOffSignal } from '../../core/call-off.ts';
import type { Event, EventType } from '../../events/catalogue.ts';

/** Consumers of this prefix are ours; clients of the sockets get none of them. */
export const sinkPrefix = 'sink:';

/** Events that the journal dropped before they were read, first and last seq. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** What one `send` came to. */
export interface Sent {
  /** So many of the first items the peer has, as far as this kind of peer can tell. */
  readonly taken: number;
  /** Why not all of them: one sentence for people, without secrets. The rest is sent again after a pause. */
  readonly failure?: string;
  /** How long that pause is, where the sink knows: 0 for one that waits for its peer by itself. */
  readonly retryAfterMs?: number;
}

/**
 * A peer outside that events are carried to: at least once, in order, over restarts of either side. `Item` is what it is
 * sent for an event; most sinks send the event itself.
 */
export interface Sink<Item> {
  /** Unique; the journal remembers the position of `sink:NAME`. */
  readonly name: string;
  /** The types of events that `pick` is to see at all. */
  readonly types: ReadonlySet<EventType>;
  /** Most items in one `send`; a peer that takes one at a time has 1. */
  readonly window: number;
  /** Brings what `pick` remembers of earlier events up to this seq. Called once, before any `pick`; may reject. */
  readonly begin?: (after: number) => Promise<void>;
  /**
   * What to send in the place of events that the journal dropped before this sink took them. Without it the sink hears of
   * them from `sink.gap` alone, which comes after all that is kept.
   */
  tellGap?(gap: Gap): readonly Item[];
  /** What to send for this event; nothing where it is not wanted. Called once for each event, in order. */
  pick(event: Event): readonly Item[];
  /**
   * Sends these, in order. Must settle within a minute or so, and soon after it is called off; never twice at a time.
   * What the peer refuses for good counts as taken: only what may succeed later is a failure.
   */
  send(items: readonly Item[], signal: CallOffSignal): Promise<Sent>;
  /** Lets go of the peer; no `send` follows. */
  close(): Promise<void>;
}

/** How a sink does, for `health`. Times are ISO 8601 UTC. */
export interface SinkStatus {
  /** `waiting`: no try has told yet. */
  readonly state: 'ok' | 'failing' | 'waiting';
  /** Events of the journal behind the position, wanted or not: the most that can still be to send. */
  readonly queued: number;
  /** Items that the peer took since the start. */
  readonly sent: number;
  /** Events that went before they could be looked at. */
  readonly lost: number;
  readonly lastSentAt?: string;
  readonly lastError?: { readonly at: string; readonly message: string };
}
