import type { Clock } from '../core/clock.ts';

/** Which servers were stopped lately. */
export interface StopTally {
  /** A stop begins, or began a while ago; returns the call that takes it back, where it certainly did nothing. */
  begun(server: string, agoMs?: number): () => void;
  /** The servers whose stops began within the last `ms`. */
  within(ms: number): ReadonlySet<string>;
}

interface Stop {
  readonly atMs: number;
}

/** The longest time that anybody asks for (fence.guards.tooMany.seconds). */
const longestMs = 3_600_000;

/** One stop of a server counts as much as a hundred: older ones are kept only in case that newer ones are taken back. */
const mostOfServer = 16;

export const createStopTally = (clock: Clock): StopTally => {
  const stopsOf = new Map<string, readonly Stop[]>();
  const keep = (server: string, stops: readonly Stop[]): void => {
    if (stops.length === 0) stopsOf.delete(server);
    else stopsOf.set(server, stops);
  };
  return {
    begun(server, agoMs = 0) {
      const nowMs = clock.nowMs();
      const recent = (stopsOf.get(server) ?? []).filter(({ atMs }) => nowMs - atMs <= longestMs);
      const stop: Stop = { atMs: nowMs - agoMs };
      keep(server, [...recent, stop].slice(-mostOfServer));
      return () =>
        keep(
          server,
          (stopsOf.get(server) ?? []).filter((one) => one !== stop),
        );
    },
    within(ms) {
      const nowMs = clock.nowMs();
      const isRecent = ({ atMs }: Stop): boolean => nowMs - atMs < ms;
      return new Set([...stopsOf].filter(([, stops]) => stops.some(isRecent)).map(([server]) => server));
    },
  };
};
