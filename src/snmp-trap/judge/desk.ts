import type { Clock, Timer } from '../../core/clock.ts';
import type { NewEvent } from '../../events/catalogue.ts';
import type { TrapNotification } from '../codec/notification.ts';
import type { TrapJudge } from './judge.ts';
import type { Ticket } from './notice.ts';

export interface TrapDeskDeps {
  readonly clock: Clock;
  readonly judge: TrapJudge;
  /** Settles when the event is on disk; events are recorded in the order in which they are given. */
  readonly record: (event: NewEvent) => Promise<unknown>;
}

/** Between the receiver and the journal: judges what comes, records what is to be told, and keeps the time. */
export interface TrapDesk {
  /**
   * Settles when everything that is told of the trap is on disk; of a repeat, what was told before it. Rejects where it
   * is not. Undefined where all of that is on disk already, as with most repeats: a promise for each would cost more than
   * all the rest of them.
   *
   * An inform whose condition waits in a storm settles when that is on disk too, or when the condition ended before it
   * was told. One of which a storm tells the number only, or that is of an unknown kind beyond the bound, settles at once:
   * nothing more will ever be told of it, and a sender that hears nothing would send it again and feed the storm.
   *
   * `untilTold` treats a trap so, too: one that its sender is to be told of in another way.
   */
  deliver(notification: TrapNotification, untilTold?: boolean): Promise<void> | undefined;
  /** Records what is still due, and from now on lets nothing wait. Never rejects. */
  stop(): Promise<void>;
}

const tickMs = 1_000;

/** How the delivery of an inform ends. */
interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

export const createTrapDesk = ({ clock, judge, record }: TrapDeskDeps): TrapDesk => {
  /** What was told last, until it is on disk. */
  let last: Promise<void> | undefined;
  let timer: Timer | undefined;
  let released: Waiter[] = [];
  let stopping = false;

  /** What did not reach the disk was not said, so that the sender's next try is told. */
  const recordOne = async (event: NewEvent): Promise<void> => {
    try {
      await record(event);
    } catch (error) {
      judge.unsay(event);
      throw error;
    }
  };
  const recordEach = (events: readonly NewEvent[]): Promise<void> => {
    const recorded = Promise.all(events.map(recordOne)).then(() => {
      if (last === recorded) last = undefined;
    });
    recorded.catch(() => undefined);
    return recorded;
  };
  const settleReleased = (recorded: Promise<void>): void => {
    for (const { resolve, reject } of released) recorded.then(resolve, reject);
    released = [];
  };
  const recordAll = (events: readonly NewEvent[]): Promise<void> | undefined => {
    if (events.length > 0) last = recordEach(events);
    if (released.length > 0) settleReleased(last ?? Promise.resolve());
    return last;
  };
  const dueNow = (events: readonly NewEvent[]): readonly NewEvent[] =>
    stopping ? [...events, ...judge.stop()] : events;
  const deliverUntilTold = (notification: TrapNotification): Promise<void> =>
    new Promise((resolve, reject) => {
      const ticket: Ticket = {
        release: () => void released.push({ resolve, reject }),
        refuse: () => reject(new Error('too many informs wait for the end of a storm')),
      };
      void recordAll(dueNow(judge.take(notification, ticket)));
    });
  const arm = (): void => {
    if (timer || stopping || judge.isIdle()) return;
    timer = clock.after(tickMs, () => {
      timer = undefined;
      void recordAll(judge.tick());
      arm();
    });
  };

  return {
    deliver(notification, untilTold = notification.kind === 'inform') {
      const recorded = untilTold
        ? deliverUntilTold(notification)
        : recordAll(dueNow(judge.take(notification)));
      arm();
      return recorded;
    },
    async stop() {
      stopping = true;
      timer?.cancel();
      await recordAll(judge.stop())?.catch(() => undefined);
    },
  };
};
