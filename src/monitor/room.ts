import type { ErrorMonitor } from '../events/monitors.ts';

/** Who raised an error: for a trap `by` is its sender. */
export type Raiser = Pick<ErrorMonitor, 'origin' | 'by'>;

/** So many errors at a time; with their longest texts they fit into one line of the socket. */
export const mostErrors = 512;

/** Of those, raised by traps: agents and our own events have the rest to themselves. */
export const mostByTraps = 384;

/** Of those, by the traps of one sender: one that has gone mad must not keep the others from being heard. */
export const mostBySender = 64;

/** Counts those that are raised, or are about to be; answers whether one more may be. */
export const createCensus = ({ origin, by }: Raiser) => {
  const count = { all: 0, byTraps: 0, bySender: 0 };
  return {
    add(one: Raiser): void {
      count.all += 1;
      if (one.origin !== 'trap') return;
      count.byTraps += 1;
      if (one.by === by) count.bySender += 1;
    },
    hasRoom: (): boolean =>
      count.all < mostErrors &&
      (origin !== 'trap' || (count.byTraps < mostByTraps && count.bySender < mostBySender)),
  };
};
