import type { Clock, Timer } from '../../core/clock.ts';
import type { NewEvent } from '../../events/catalogue.ts';
import type { TrapNotification } from '../codec/notification.ts';
import type { TrapJudge } from './judge.ts';

export interface TrapDeskDeps {
  readonly clock: Clock;
  readonly judge: TrapJudge;
  /** Settles when the event is on disk; events are recorded in the order in which they are given. */
  readonly record: (event: NewEvent) => Promise<unknown>;
}

/** Between the receiver and the journal: judges what comes, records what is to be told, and keeps the time. */
export interface TrapDesk {
  /** Settles when everything that is told of the trap is on disk; of a repeat, what was told before it. Rejects where it is not. */
  deliver(notification: TrapNotification): Promise<void>;
  /** Records what is still due. Never rejects. */
  stop(): Promise<void>;
}

const tickMs = 1_000;

export const createTrapDesk = ({ clock, judge, record }: TrapDeskDeps): TrapDesk => {
  let last: Promise<void> = Promise.resolve();
  let timer: Timer | undefined;

  /** What did not reach the disk was not said, so that the sender's next try is told. */
  const recordOne = async (event: NewEvent): Promise<void> => {
    try {
      await record(event);
    } catch (error) {
      judge.unsay(event);
      throw error;
    }
  };
  const recordAll = (events: readonly NewEvent[]): Promise<void> => {
    if (events.length === 0) return last;
    const recorded = Promise.all(events.map(recordOne)).then(() => undefined);
    last = recorded;
    recorded.catch(() => undefined);
    return recorded;
  };
  const arm = (): void => {
    if (timer || judge.isIdle()) return;
    timer = clock.after(tickMs, () => {
      timer = undefined;
      void recordAll(judge.tick()).catch(() => undefined);
      arm();
    });
  };

  return {
    deliver(notification) {
      const recorded = recordAll(judge.take(notification));
      arm();
      return recorded;
    },
    async stop() {
      timer?.cancel();
      await recordAll(judge.stop()).catch(() => undefined);
    },
  };
};
