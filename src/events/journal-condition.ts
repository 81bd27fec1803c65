import { type Clock, isoNow } from '../core/clock.ts';
import type { JournalCondition, JournalNews, JournalTrouble } from './journal.ts';

/** Where trouble is seen; what stands first hides what comes after it. */
const places = ['thread', 'hang', 'store'] as const;
export type TroublePlace = (typeof places)[number];

/** How the journal is, from what its parts say of themselves. */
export interface ConditionKeeper {
  current(): JournalCondition;
  /** `undefined`: nothing is wrong there (any more). */
  set(place: TroublePlace, trouble: JournalTrouble | undefined): void;
}

/** Tells of every change of the reason, and of the end of all trouble; `since` is its first moment. */
export const createCondition = (clock: Clock, tell: (news: JournalNews) => void): ConditionKeeper => {
  const troubles = new Map<TroublePlace, JournalTrouble>();
  let current: JournalCondition = { state: 'ok' };

  const impair = (trouble: JournalTrouble): void => {
    const before = current;
    const since = before.state === 'ok' ? isoNow(clock) : before.since;
    current = { state: 'impaired', since, ...trouble };
    if (before.state === 'ok' || before.reason !== trouble.reason) tell({ kind: 'impaired', ...trouble });
  };
  const recover = (): void => {
    const before = current;
    if (before.state === 'ok') return;
    current = { state: 'ok' };
    tell({ kind: 'recovered', since: before.since, reason: before.reason });
  };

  return {
    current: () => current,
    set(place, trouble) {
      if (trouble) troubles.set(place, trouble);
      else troubles.delete(place);
      const worst = places.map((one) => troubles.get(one)).find((one) => one !== undefined);
      if (worst) impair(worst);
      else recover();
    },
  };
};
