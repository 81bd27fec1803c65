/**
 * Traps that a sender may send again, by an identity that stays the same; the oldest go first. Kept in two generations,
 * of which the old one is forgotten as a whole when the young one holds half of `most`: so there is no order to keep,
 * and the last half of `most` are always known.
 */
export const createRetries = (most: number, rememberMs: number) => {
  let young = new Map<string, number>();
  let old = new Map<string, number>();
  /** When the newest of each came in. */
  let youngMs = Number.NEGATIVE_INFINITY;
  let oldMs = Number.NEGATIVE_INFINITY;
  const turn = (): void => {
    old = young;
    oldMs = youngMs;
    young = new Map();
  };
  return {
    has(identity: string, nowMs: number): boolean {
      const atMs = young.get(identity) ?? old.get(identity);
      return atMs !== undefined && nowMs - atMs <= rememberMs;
    },
    remember(identity: string, nowMs: number): void {
      if (young.size >= most / 2) turn();
      young.set(identity, nowMs);
      youngMs = nowMs;
    },
    /** Those whose identity begins so may come again as if for the first time. */
    forget(beginning: string): void {
      for (const all of [young, old])
        for (const identity of [...all.keys()]) if (identity.startsWith(beginning)) all.delete(identity);
    },
    /** Lets go what is too old to be asked for. */
    expire(nowMs: number): void {
      if (old.size > 0 && nowMs - oldMs > rememberMs) old = new Map();
      if (young.size > 0 && nowMs - youngMs > rememberMs) young = new Map();
    },
    size: () => young.size + old.size,
  };
};
