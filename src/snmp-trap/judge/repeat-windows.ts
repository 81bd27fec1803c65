import type { Notice, Tally } from './notice.ts';

interface Window {
  readonly notice: Notice;
  readonly firstAt: string;
  readonly firstMs: number;
  /** What was told when the row began; the rest is for its end. */
  readonly toldCount: number;
  lastMs: number;
  /** When it was put in its place among the others. */
  placedMs: number;
  count: number;
}

/** A row of repeats that is over and has more than its first trap. */
export interface Repeats {
  readonly notice: Notice;
  readonly tally: Tally;
}

export interface WindowLimits {
  /** A row ends when nothing came for this long. */
  readonly gapMs: number;
  /** A row that goes on ends here, so that it is told of again. */
  readonly longestMs: number;
  readonly most: number;
}

/** A row gets a new place at most this often, so the end of a row may be told so much later. */
const placeEveryMs = 1000;

/** What must be the same for a repeat. */
type Said = Pick<Notice, 'rule' | 'action' | 'severity'>;

const saySame = (one: Said, other: Said): boolean =>
  one.rule === other.rule && one.action === other.action && one.severity === other.severity;

/**
 * Rows of repeats by slot: what repeats is counted in the row and told once at its end. In the order of their last
 * trap, a second more or less, so that the end of a row is found without looking at the others. Times are monotonic.
 */
export const createRepeatWindows = ({ gapMs, longestMs, most }: WindowLimits) => {
  const windows = new Map<string, Window>();
  const close = (slot: string): Repeats[] => {
    const window = windows.get(slot);
    windows.delete(slot);
    if (!window || window.count === window.toldCount) return [];
    const { notice, count, firstAt } = window;
    return [{ notice, tally: { count, firstAt } }];
  };
  const oldest = (): [string, Window] | undefined => windows.entries().next().value;

  return {
    /** Counts a repeat; false where this is none, because its row is over or says something else. */
    repeats(slot: string, said: Said, nowMs: number): boolean {
      const window = windows.get(slot);
      if (!window || !saySame(window.notice, said)) return false;
      if (nowMs - window.lastMs > gapMs || nowMs - window.firstMs > longestMs) return false;
      window.count += 1;
      window.lastMs = nowMs;
      if (nowMs - window.placedMs < placeEveryMs) return true;
      window.placedMs = nowMs;
      windows.delete(slot);
      windows.set(slot, window);
      return true;
    },
    /** Begins a row in place of the one that was there; where there is no room the oldest row ends early. */
    begin(slot: string, notice: Notice, tally: Tally, nowMs: number): Repeats[] {
      const ended = close(slot);
      const first = windows.size >= most ? oldest() : undefined;
      if (first) ended.push(...close(first[0]));
      const { count, firstAt } = tally;
      const times = { firstMs: nowMs, lastMs: nowMs, placedMs: nowMs };
      windows.set(slot, { notice, count, firstAt, toldCount: count, ...times });
      return ended;
    },
    close,
    /** The row is not begun after all. */
    drop: (slot: string): boolean => windows.delete(slot),
    isFull: () => windows.size >= most,
    has: (slot: string) => windows.has(slot),
    /** Rows in which nothing came for too long. */
    expire(nowMs: number): Repeats[] {
      const ended: Repeats[] = [];
      for (let first = oldest(); first && nowMs - first[1].lastMs > gapMs; first = oldest()) {
        ended.push(...close(first[0]));
      }
      return ended;
    },
    /** All rows end, as when the gateway stops. */
    closeAll: (): Repeats[] => [...windows.keys()].flatMap(close),
    size: () => windows.size,
  };
};
export type RepeatWindows = ReturnType<typeof createRepeatWindows>;
