import type { Clock } from '../core/clock.ts';

/** Which servers were stopped lately. */
export interface StopTally {
  /** A stop begins, or began a while ago; returns the call that takes it back, where it certainly did nothing. */
  begun(server: string, agoMs?: number): () => void;
  /** The servers whose stops began within the last `ms`. */
  within(ms: number): ReadonlySet<string>;
}

/** The longest time that anybody asks for (fence.guards.tooMany.seconds). */
const longestMs = 3_600_000;

export const createStopTally = (clock: Clock): StopTally => {
  const stops = new Set<{ readonly server: string; readonly atMs: number }>();
  const forgetOld = () => {
    for (const stop of stops) if (clock.nowMs() - stop.atMs > longestMs) stops.delete(stop);
  };
  return {
    begun(server, agoMs = 0) {
      forgetOld();
      const stop = { server, atMs: clock.nowMs() - agoMs };
      stops.add(stop);
      return () => void stops.delete(stop);
    },
    within: (ms) =>
      new Set([...stops].filter(({ atMs }) => clock.nowMs() - atMs < ms).map(({ server }) => server)),
  };
};
