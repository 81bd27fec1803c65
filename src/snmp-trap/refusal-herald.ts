import { type Clock, isoNow } from '../core/clock.ts';
import type { TrapRefusal } from '../core/trap-refusal.ts';

/** Datagrams of one source that were refused for one reason. */
export interface RefusalNews {
  /** An address, or {@link manySources}. */
  readonly source: string;
  readonly reason: TrapRefusal;
  /** Since it was told last; 1 the first time. */
  readonly count: number;
  /** When the first of them came, ISO 8601 UTC. */
  readonly since: string;
}

/** Stands for every source beyond those that are told apart: forged addresses must not fill the journal. */
export const manySources = 'others';

const silenceMs = 24 * 60 * 60 * 1000;
const mostPairs = 1024;

interface Pair {
  toldAtMs: number;
  count: number;
  since: string;
}

/**
 * Tells of refused datagrams: the first of a source and reason at once, and then at most once in 24 h, with the number
 * of all that came meanwhile.
 */
export const createRefusalHerald = (
  clock: Clock,
  tell: (news: RefusalNews) => void,
): ((source: string, reason: TrapRefusal) => void) => {
  const pairs = new Map<string, Pair>();
  let sweptAtMs = clock.nowMs();

  const sweep = (): void => {
    if (clock.nowMs() - sweptAtMs < silenceMs) return;
    sweptAtMs = clock.nowMs();
    for (const [key, { toldAtMs, count }] of pairs) {
      if (count === 0 && sweptAtMs - toldAtMs >= silenceMs) pairs.delete(key);
    }
  };

  const note = (source: string, reason: TrapRefusal, pair: Pair | undefined): void => {
    const count = (pair?.count ?? 0) + 1;
    const since = pair && pair.count > 0 ? pair.since : isoNow(clock);
    const key = `${source} ${reason}`;
    if (pair && clock.nowMs() - pair.toldAtMs < silenceMs) {
      pair.count = count;
      pair.since = since;
      return;
    }
    pairs.set(key, { toldAtMs: clock.nowMs(), count: 0, since });
    tell({ source, reason, count, since });
  };

  return (source, reason) => {
    sweep();
    const pair = pairs.get(`${source} ${reason}`);
    if (pair || pairs.size < mostPairs) return note(source, reason, pair);
    note(manySources, reason, pairs.get(`${manySources} ${reason}`));
  };
};
