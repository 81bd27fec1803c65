import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { EventType, NewEvent } from './catalogue.ts';
import { essentialTypes } from './essential.ts';

export interface LossLogDeps {
  readonly clock: Clock;
  readonly log: Logger;
}

/** Says in the log what the journal did not take: the log is then the only place where it stands. */
export interface LossLog {
  lost(event: NewEvent, error: unknown): void;
  /** Says what was only counted so far. */
  flush(): void;
}

/** How often a type is said; there are as many of them as the catalogue has. */
const sayEveryMs = 60_000;

interface Unsaid {
  saidMs: number;
  count: number;
}

const asLost = 'an event could not be recorded';

/**
 * What is essential is said each time and in full. Of any other type the first is, and then one in a minute, with how
 * many came before it: a flood of traps on a dead disk must not fill the disk of the log.
 */
export const createLossLog = ({ clock, log }: LossLogDeps): LossLog => {
  const unsaid = new Map<EventType, Unsaid>();

  const say = ({ type, source, data }: NewEvent, error: unknown, before = 0): void => {
    const more = before > 0 && { before };
    log.error({ event: type, source, data, error: messageOf(error), ...more }, asLost);
  };
  return {
    lost(event, error) {
      const row = unsaid.get(event.type);
      const nowMs = clock.nowMs();
      if (essentialTypes.has(event.type)) say(event, error);
      else if (row && nowMs - row.saidMs < sayEveryMs) row.count += 1;
      else {
        unsaid.set(event.type, { saidMs: nowMs, count: 0 });
        say(event, error, row?.count);
      }
    },
    flush() {
      for (const [event, row] of unsaid) {
        if (row.count > 0) log.error({ event, count: row.count }, 'more events could not be recorded');
        row.count = 0;
      }
    },
  };
};
