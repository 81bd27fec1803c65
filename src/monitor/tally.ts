import { codeOf } from '../core/errors.ts';

/** What became of what was said of monitors; those of `inError` and `waiting` are now, the others since the start. */
export interface MonitorCounts {
  /** Of 512 that have room. */
  readonly inError: number;
  /** Raises and clears that were carried out, those that brought nothing new among them. */
  readonly taken: number;
  /** Raises that found no room (`monitor.full`). */
  readonly refused: number;
  /** The journal did not take it. */
  readonly failed: number;
  /** Raises and clears that wait for the disk, or for one before them. */
  readonly waiting: number;
}

/** Counts what every request comes to. */
export interface MonitorTally {
  count<Value>(request: Promise<Value>): Promise<Value>;
  counts(): Omit<MonitorCounts, 'inError'>;
}

export const createMonitorTally = (): MonitorTally => {
  const counts = { taken: 0, refused: 0, failed: 0, waiting: 0 };
  const failed = (error: unknown): void => {
    const code = codeOf(error);
    if (code === 'monitor.full') counts.refused += 1;
    // Who comes while the gateway ends is told so, and nobody is left to read a count.
    else if (code !== 'fence.stopping') counts.failed += 1;
  };
  return {
    async count(request) {
      counts.waiting += 1;
      try {
        const value = await request;
        counts.taken += 1;
        return value;
      } catch (error) {
        failed(error);
        throw error;
      } finally {
        counts.waiting -= 1;
      }
    },
    counts: () => ({ ...counts }),
  };
};
