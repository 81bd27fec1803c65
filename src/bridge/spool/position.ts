import type { Clock } from '../../core/clock.ts';
import { within } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Journal } from '../../events/journal.ts';

/** Of events that were not wanted, so many may be looked at again after a crash: it saves a write for each. */
const lazyEvents = 500;
const closeLimitMs = 2_000;

/** Where a sink is in the journal: kept there, so that a restart goes on after it. */
export interface Position {
  /** The newest seq that is done with. */
  seq(): number;
  /** Events up to here are sent: to be remembered soon. */
  sent(seq: number): void;
  /** Events up to here were not wanted: remembered when it is worth a write. */
  passed(seq: number): void;
  /** A new journal knows nobody: it is told the position anew. */
  renew(): void;
  /** Remembers what is not yet, for as long as that may take at an end. */
  close(): Promise<void>;
}

export interface PositionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly journal: Pick<Journal, 'consumer' | 'acknowledge'>;
}

/** One write at a time, of the newest position; what is not remembered at a crash is sent again. */
export const createPosition = (consumer: string, start: number, deps: PositionDeps): Position => {
  const { log } = deps;
  let seq = start;
  let remembered = start;
  let writing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    while (remembered < seq) {
      const goal = seq;
      try {
        await deps.journal.acknowledge(consumer, goal);
        remembered = goal;
      } catch (error) {
        log.warn({ consumer, seq: goal, error: messageOf(error) }, 'a position cannot be remembered');
        return;
      }
    }
  };
  const remember = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  };

  return {
    seq: () => seq,
    sent(to) {
      seq = Math.max(seq, to);
      void remember();
    },
    passed(to) {
      seq = Math.max(seq, to);
      if (seq - remembered >= lazyEvents) void remember();
    },
    renew() {
      deps.journal
        .consumer(consumer, seq)
        .catch((error) => log.warn({ consumer, error: messageOf(error) }, 'a position cannot be remembered'));
    },
    async close() {
      await within(deps.clock, closeLimitMs, remember());
    },
  };
};
