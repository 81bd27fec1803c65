/** Traps that a sender may send again, by an identity that stays the same; the oldest go first. */
export const createRetries = (most: number, rememberMs: number) => {
  const seen = new Map<string, number>();
  return {
    has: (identity: string, nowMs: number): boolean => {
      const atMs = seen.get(identity);
      return atMs !== undefined && nowMs - atMs <= rememberMs;
    },
    remember(identity: string, nowMs: number): void {
      const oldest = seen.size >= most ? seen.keys().next().value : undefined;
      if (oldest !== undefined) seen.delete(oldest);
      seen.delete(identity);
      seen.set(identity, nowMs);
    },
    /** Those whose identity begins so may come again as if for the first time. */
    forget(beginning: string): void {
      for (const identity of [...seen.keys()]) if (identity.startsWith(beginning)) seen.delete(identity);
    },
    expire(nowMs: number): void {
      for (const [identity, atMs] of seen) {
        if (nowMs - atMs <= rememberMs) return;
        seen.delete(identity);
      }
    },
    size: () => seen.size,
  };
};
