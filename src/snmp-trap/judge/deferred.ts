import { busiest } from './busiest.ts';
import type { Notice, Tally } from './notice.ts';

/** A condition that began in a storm and is told when the storm lets it. */
export interface Deferred {
  readonly source: string;
  readonly notice: Notice;
  readonly tally: Tally;
}

/**
 * The last word of each condition that began in a storm, bounded in all and for each sender. Where there is no more room
 * in all, a sender with few takes it from the one with the most: a storm of some must not drown the one word of another.
 */
export const createDeferred = (most: number, mostOfSource: number) => {
  const bySource = new Map<string, Map<string, Deferred>>();
  let size = 0;
  let traps = 0;
  return {
    /** False where there is no room: then the trap is only counted. */
    put(source: string, key: string, notice: Notice, at: string): boolean {
      const own = bySource.get(source) ?? new Map<string, Deferred>();
      const before = own.get(key);
      if (!before && (size >= most || own.size >= mostOfSource)) return false;
      const tally = { count: (before?.tally.count ?? 0) + 1, firstAt: before?.tally.firstAt ?? at };
      if (!before) size += 1;
      // What waits must not keep the datagram that it came in.
      notice.body();
      traps += 1;
      bySource.set(source, own.set(key, { source, notice, tally }));
      return true;
    },
    /** Makes room for one more of this sender, where another has more; returns what has to be counted only. */
    giveWayTo(source: string): { readonly source: string; readonly traps: number } | undefined {
      const waiting = bySource.get(source)?.size ?? 0;
      const other = busiest(bySource);
      const others = other === undefined ? undefined : bySource.get(other);
      if (other === undefined || !others || waiting >= mostOfSource || others.size <= waiting + 1)
        return undefined;
      return { source: other, traps: this.drop(other, [...others.keys()].at(-1) ?? '') };
    },
    /** The condition is over before it was told; returns how many traps that concerns. */
    drop(source: string, key: string): number {
      const own = bySource.get(source);
      const count = own?.get(key)?.tally.count ?? 0;
      if (!own?.delete(key)) return 0;
      size -= 1;
      traps -= count;
      if (own.size === 0) bySource.delete(source);
      return count;
    },
    /** Takes out those of one sender, to be told. */
    take(source: string): Deferred[] {
      const own = [...(bySource.get(source)?.values() ?? [])];
      bySource.delete(source);
      size -= own.length;
      traps -= own.reduce((sum, { tally }) => sum + tally.count, 0);
      return own;
    },
    sources: () => [...bySource.keys()],
    size: () => size,
    /** How many traps the conditions stand for. */
    traps: () => traps,
  };
};
export type DeferredConditions = ReturnType<typeof createDeferred>;
