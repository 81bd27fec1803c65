import type { ErrorMonitor } from '../events/monitors.ts';

/** Who raised an error: for a trap `by` is its sender. */
export type Raiser = Pick<ErrorMonitor, 'origin' | 'by'>;

/** So many errors at a time; with their longest texts they fit into one line of the socket. */
export const mostErrors = 512;

/** Of those, raised by traps: agents and our own events have the rest to themselves. */
export const mostByTraps = 384;

/** Of those, by the traps of one sender: one that has gone mad must not keep the others from being heard. */
export const mostBySender = 64;

/** Whether one more error may be raised beside these. */
export const hasRoom = (errors: readonly Raiser[], { origin, by }: Raiser): boolean => {
  if (errors.length >= mostErrors) return false;
  if (origin !== 'trap') return true;
  const byTraps = errors.filter((error) => error.origin === 'trap');
  return byTraps.length < mostByTraps && byTraps.filter((error) => error.by === by).length < mostBySender;
};
