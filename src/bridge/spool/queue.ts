import type { Event } from '../../events/catalogue.ts';
import type { Journal } from '../../events/journal.ts';
import type { Gap, Sink } from './sink.ts';

/** Events read at a time: the most of them that are ever in memory for one sink. */
export const pageEvents = 100;

/** What waits for the sink: a page of the journal at most. */
export interface Queue<Item> {
  /** Reads the next page, which may hold nothing for this sink; to be called when {@link waits} is 0. Rejects with `journal.*`. */
  fill(newestHeard: number): Promise<Gap | undefined>;
  waits(): number;
  first(most: number): readonly Item[];
  drop(taken: number): void;
  /** The newest seq of which nothing is left to send. */
  doneTo(): number;
  /** The newest seq that was read. */
  readTo(): number;
  /** Goes on to this seq unread: nothing up to it is wanted. Only of a queue that has read all there was before. */
  pass(seq: number): void;
  /** Whether the journal had nothing more when it was last read; what came since was heard on the bus. */
  live(): boolean;
}

/** What a sink hears of its own trouble would only make more of it, and a gap it was told in its place. */
const isOwnTrouble = (event: Event, { name, tellGap }: Pick<Sink<unknown>, 'name' | 'tellGap'>): boolean => {
  switch (event.type) {
    case 'sink.failing':
    case 'sink.recovered':
    case 'sink.removed':
      return event.data.sink === name;
    case 'sink.gap':
      return tellGap !== undefined && event.data.sink === name;
    default:
      return false;
  }
};

export const createQueue = <Item>(
  sink: Pick<Sink<Item>, 'name' | 'types' | 'pick' | 'tellGap'>,
  journal: Pick<Journal, 'read' | 'stats'>,
  after: number,
): Queue<Item> => {
  let cursor = after;
  let live = false;
  let waiting: { readonly seq: number; readonly item: Item }[] = [];

  const take = (event: Event): void => {
    const items = isOwnTrouble(event, sink) ? [] : sink.pick(event);
    waiting.push(...items.map((item) => ({ seq: event.seq, item })));
    cursor = event.seq;
  };

  return {
    async fill(newestHeard) {
      const events = await journal.read({ after: cursor, types: [...sink.types], limit: pageEvents });
      // Asked for last: what is dropped while we read is a gap, perhaps of too many, never a silence.
      const { firstSeq } = await journal.stats();
      const gap = firstSeq > cursor + 1 ? { from: cursor + 1, to: firstSeq - 1 } : undefined;
      if (gap) {
        cursor = gap.to;
        waiting.push(...(sink.tellGap?.(gap) ?? []).map((item) => ({ seq: gap.to, item })));
      }
      for (const event of events) if (event.seq > cursor) take(event);
      live = events.length < pageEvents;
      if (live) cursor = Math.max(cursor, newestHeard);
      return gap;
    },
    waits: () => waiting.length,
    first: (most) => waiting.slice(0, most).map(({ item }) => item),
    drop(taken) {
      waiting = waiting.slice(taken);
    },
    // An event of several items is done with when the last of them is.
    doneTo: () => (waiting[0] ? waiting[0].seq - 1 : cursor),
    readTo: () => cursor,
    pass(seq) {
      cursor = Math.max(cursor, seq);
    },
    live: () => live,
  };
};
