import type { OpenTraps } from '../../events/open-traps.ts';

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
 * The conditions that traps began, oldest first, bounded in all and for each sender, so that one sender cannot push
 * out the others'. What is pushed out is returned: it is told, never lost in silence.
 */
export const createOpenKeys = (most: number, mostOfSource: number) => {
  const bySource = new Map<string, Map<string, OpenKey>>();
  const all = new Map<string, OpenKey>();
  const idOf = (source: string, key: string): string => `${source} ${key}`;

  const remove = (source: string, key: string): boolean => {
    const own = bySource.get(source);
    if (!own?.delete(key)) return false;
    if (own.size === 0) bySource.delete(source);
    return all.delete(idOf(source, key));
  };
  const tooMany = (source: string): OpenKey | undefined => {
    const own = bySource.get(source);
    if (own && own.size > mostOfSource) return own.values().next().value;
    return all.size > most ? all.values().next().value : undefined;
  };

  return {
    has: (source: string, key: string) => bySource.get(source)?.has(key) ?? false,
    /** Opens a condition; one that is open already stays as it is. Returns what had to be forgotten for it. */
    open(one: OpenKey): OpenKey | undefined {
      const { source, key } = one;
      const own = bySource.get(source) ?? new Map<string, OpenKey>();
      if (own.has(key)) return undefined;
      bySource.set(source, own.set(key, one));
      all.set(idOf(source, key), one);
      const forgotten = tooMany(source);
      if (forgotten) remove(forgotten.source, forgotten.key);
      return forgotten;
    },
    close: remove,
    size: () => all.size,
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
