import type { NewEvent } from '../../events/catalogue.ts';
import { createDeferred, type Deferred } from './deferred.ts';
import type { Arrival, Notice, SenderNames, Ticket } from './notice.ts';
import { limits, type StormSettings } from './settings.ts';
import { createStorms, type Rolled } from './storms.ts';

export interface GateDeps {
  readonly settings: StormSettings;
  readonly namesOf: (source: string) => SenderNames;
}

/** A window that ended: what may be told now, and the end of the storm where it is one. */
export interface Release {
  readonly late: readonly Deferred[];
  readonly ended: readonly NewEvent[];
}

/**
 * What a storm lets through: nothing, but for conditions that began in it, each with its last word, when the window
 * ends. A storm of all together holds back what one sender's window would let go.
 */
export const createGate = ({ settings, namesOf }: GateDeps) => {
  const { deferred: most, deferredOfSource: mostOfSource, tickets, ticketsOfCondition } = limits;
  const deferred = createDeferred({ most, mostOfSource, tickets, ticketsOfCondition });
  const storms = createStorms({ settings, mostSources: limits.sources, namesOf });
  const counters = { suppressed: 0 };

  const suppress = (source: string, count: number): void => {
    const storm = storms.stormOf(source);
    if (storm) storm.suppressed += count;
    counters.suppressed += count;
  };
  /** The informs that told of what is never told are no more than counted, as it is. */
  const countOnly = ({ source, tally, tickets }: Deferred): void => {
    suppress(source, tally.count);
    for (const ticket of tickets) ticket.release();
  };
  /** Where there is no room it is taken from the sender whose conditions fill it. */
  const wait = (key: string, notice: Notice, arrival: Arrival): boolean => {
    if (deferred.put(key, notice, arrival)) return true;
    const given = deferred.giveWayTo(arrival.source);
    if (!given) return false;
    countOnly(given);
    return deferred.put(key, notice, arrival);
  };
  const readyAfter = ({ source }: Rolled): string[] => {
    if (source === undefined) return deferred.sources().filter((one) => !storms.isStorming(one));
    return storms.isOverall() ? [] : [source];
  };
  const release = (rolled: Rolled): Release => {
    const late = readyAfter(rolled).flatMap((source) => deferred.take(source));
    rolled.storm.late += late.length;
    return { late, ended: rolled.ended ? [storms.ended(rolled)] : [] };
  };

  return {
    /** Counts a trap: what the windows that ended before it let go, and the storms that begin with it. */
    arrive({ source, nowMs, at }: Arrival): {
      readonly released: readonly Release[];
      readonly began: readonly NewEvent[];
    } {
      const released = storms.rollFor(source, nowMs).map(release);
      return { released, began: storms.arrive(source, nowMs, at) };
    },
    tick: (nowMs: number): Release[] => storms.roll(nowMs).map(release),
    /** Whether a notice must wait: `passed` where there is no storm, `counted` where only its number will be told. */
    hold(notice: Notice, arrival: Arrival): 'passed' | 'waits' | 'counted' {
      const { source } = arrival;
      if (!storms.stormOf(source)) return 'passed';
      const { key, action } = notice;
      if (action === 'raise' && key !== undefined && wait(key, notice, arrival)) return 'waits';
      suppress(source, 1);
      return 'counted';
    },
    /** The same trap again, which is counted already. */
    join: deferred.join,
    /** Whether an inform waits for the end of the window. */
    holds: (ticket: Ticket): boolean => deferred.holds(ticket),
    /** A condition is over before it was told of. */
    forget(source: string, key: string): void {
      const over = deferred.drop(source, key);
      if (over) countOnly(over);
    },
    /** Conditions that still wait, as the gateway stops. */
    drain: (): Deferred[] => deferred.sources().flatMap((source) => deferred.take(source)),
    isIdle: (): boolean => storms.isIdle() && deferred.size() === 0,
    waiting: (): number => deferred.size(),
    waitingTraps: (): number => deferred.traps(),
    waitingInforms: (): number => deferred.tickets(),
    suppressed: (): number => counters.suppressed,
  };
};
export type Gate = ReturnType<typeof createGate>;
