import type { Sent, Sink } from '../../src/bridge/spool/sink.ts';
import { type Event, type EventType, eventTypes } from '../../src/events/catalogue.ts';

/** A sink whose peer is in the test's hands. */
export interface FakeSink extends Sink<Event> {
  /** Seqs in the order in which the peer took them. */
  readonly took: number[];
  /** Events of every `send`, also of those that failed. */
  readonly tries: (readonly Event[])[];
  /** What the next sends come to; the last answer stays. */
  answer(next: (items: readonly Event[]) => Sent | Promise<Sent>): void;
  closed(): boolean;
}

export const takesAll = (items: readonly Event[]): Sent => ({ taken: items.length });
export const isDead = (): Sent => ({ taken: 0, failure: 'connection refused' });

export const createFakeSink = (
  name = 'noc',
  { types = eventTypes, window = 4 }: { types?: readonly EventType[]; window?: number } = {},
): FakeSink => {
  const took: number[] = [];
  const tries: (readonly Event[])[] = [];
  let answer: (items: readonly Event[]) => Sent | Promise<Sent> = takesAll;
  let closed = false;
  return {
    name,
    types: new Set(types),
    window,
    took,
    tries,
    answer(next) {
      answer = next;
    },
    pick: (event) => [event],
    async send(items) {
      tries.push(items);
      const sent = await answer(items);
      took.push(...items.slice(0, sent.taken).map(({ seq }) => seq));
      return sent;
    },
    async close() {
      closed = true;
    },
    closed: () => closed,
  };
};
