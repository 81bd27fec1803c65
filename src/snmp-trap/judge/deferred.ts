import { busiest } from './busiest.ts';
import type { Arrival, Notice, Tally, Ticket } from './notice.ts';

/** A condition that began in a storm and is told when the storm lets it. */
export interface Deferred {
  readonly source: string;
  readonly notice: Notice;
  readonly tally: Tally;
  /** The informs that told of it. */
  readonly tickets: readonly Ticket[];
}

export interface DeferredLimits {
  readonly most: number;
  readonly mostOfSource: number;
  readonly tickets: number;
  readonly ticketsOfCondition: number;
}

/**
 * The last word of each condition that began in a storm, bounded in all and for each sender. Where there is no more room
 * in all, a sender with few takes it from the one with the most: a storm of some must not drown the one word of another.
 */
export const createDeferred = ({ most, mostOfSource, tickets, ticketsOfCondition }: DeferredLimits) => {
  const bySource = new Map<string, Map<string, Deferred>>();
  const held = new Set<Ticket>();
  let size = 0;
  let traps = 0;

  const withTicket = (before: readonly Ticket[], ticket: Ticket | undefined): readonly Ticket[] => {
    if (!ticket) return before;
    if (held.size >= tickets || before.length >= ticketsOfCondition) {
      ticket.refuse();
      return before;
    }
    held.add(ticket);
    return [...before, ticket];
  };
  const letGo = (one: Deferred): void => {
    size -= 1;
    traps -= one.tally.count;
    for (const ticket of one.tickets) held.delete(ticket);
  };

  return {
    /** False where there is no room: then the trap is only counted. */
    put(key: string, notice: Notice, { source, at, ticket }: Arrival): boolean {
      const own = bySource.get(source) ?? new Map<string, Deferred>();
      const before = own.get(key);
      if (!before && (size >= most || own.size >= mostOfSource)) return false;
      const tally = { count: (before?.tally.count ?? 0) + 1, firstAt: before?.tally.firstAt ?? at };
      if (!before) size += 1;
      // What waits must not keep the datagram that it came in.
      notice.body();
      traps += 1;
      const one = { source, notice, tally, tickets: withTicket(before?.tickets ?? [], ticket) };
      bySource.set(source, own.set(key, one));
      return true;
    },
    /** Makes room for one more of this sender, where another has more; returns what has to be counted only. */
    giveWayTo(source: string): Deferred | undefined {
      const waiting = bySource.get(source)?.size ?? 0;
      const other = busiest(bySource);
      const others = other === undefined ? undefined : bySource.get(other);
      if (other === undefined || !others || waiting >= mostOfSource || others.size <= waiting + 1)
        return undefined;
      return this.drop(other, [...others.keys()].at(-1) ?? '');
    },
    /** The same trap once more, by an inform of its own: it waits with the condition, where that waits. */
    join(key: string, { source, ticket }: Arrival): void {
      const own = bySource.get(source);
      const one = own?.get(key);
      if (own && one) own.set(key, { ...one, tickets: withTicket(one.tickets, ticket) });
    },
    holds: (ticket: Ticket): boolean => held.has(ticket),
    /** Takes out a condition that is over before it was told. */
    drop(source: string, key: string): Deferred | undefined {
      const own = bySource.get(source);
      const one = own?.get(key);
      if (!own || !one) return undefined;
      own.delete(key);
      letGo(one);
      if (own.size === 0) bySource.delete(source);
      return one;
    },
    /** Takes out those of one sender, to be told. */
    take(source: string): Deferred[] {
      const own = [...(bySource.get(source)?.values() ?? [])];
      bySource.delete(source);
      for (const one of own) letGo(one);
      return own;
    },
    sources: () => [...bySource.keys()],
    size: () => size,
    /** How many traps the conditions stand for. */
    traps: () => traps,
    /** How many informs wait. */
    tickets: () => held.size,
  };
};
export type DeferredConditions = ReturnType<typeof createDeferred>;
