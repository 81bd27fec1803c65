import type { OpenTraps } from '../../events/open-traps.ts';
import { busiest } from './busiest.ts';

/** An open condition as far as it is needed to end or forget it. */
export interface OpenKey {
  readonly source: string;
  readonly key: string;
  readonly name: string;
  /** ISO 8601 UTC. */
  readonly since: string;
  readonly server?: string | undefined;
  readonly device?: string | undefined;
}

/**
 * The conditions that traps began, bounded in all and for each sender. Where there are too many, the oldest goes of the
 * sender with the most, so that no number of mad senders pushes out the few of another. What is pushed out is returned:
 * it is told, never lost in silence.
 */
export const createOpenKeys = (most: number, mostOfSource: number) => {
  const bySource = new Map<string, Map<string, OpenKey>>();
  let size = 0;

  const remove = (source: string, key: string): boolean => {
    const own = bySource.get(source);
    if (!own?.delete(key)) return false;
    if (own.size === 0) bySource.delete(source);
    size -= 1;
    return true;
  };
  const oldestOf = (source: string | undefined): OpenKey | undefined =>
    source === undefined ? undefined : bySource.get(source)?.values().next().value;
  const tooMany = (source: string): OpenKey | undefined => {
    if ((bySource.get(source)?.size ?? 0) > mostOfSource) return oldestOf(source);
    return size > most ? oldestOf(busiest(bySource)) : undefined;
  };

  return {
    has: (source: string, key: string) => bySource.get(source)?.has(key) ?? false,
    /** Opens a condition; one that is open already stays as it is. Returns what had to be forgotten for it. */
    open(one: OpenKey): OpenKey | undefined {
      const { source, key } = one;
      const own = bySource.get(source) ?? new Map<string, OpenKey>();
      if (own.has(key)) return undefined;
      bySource.set(source, own.set(key, one));
      size += 1;
      const forgotten = tooMany(source);
      if (forgotten) remove(forgotten.source, forgotten.key);
      return forgotten;
    },
    close: remove,
    size: () => size,
  };
};
export type OpenKeys = ReturnType<typeof createOpenKeys>;

/** The conditions of a view, oldest first. */
export const openKeysIn = (open: OpenTraps): OpenKey[] =>
  Object.entries(open)
    .flatMap(([source, keys]) =>
      Object.entries(keys).map(([key, { name, since, server, device }]) => ({
        ...{ source, key, name, since },
        ...(server !== undefined && { server }),
        ...(device !== undefined && { device }),
      })),
    )
    .sort((one, other) => one.since.localeCompare(other.since));
