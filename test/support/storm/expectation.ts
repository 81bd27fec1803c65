import { monitorKey } from '../../../src/events/monitors.ts';
import { endless, type Said, servers } from './story.ts';

interface Condition {
  readonly source: string;
  readonly key: string;
  readonly monitor: string;
  open: boolean;
}

/** A word that must have been told: the end of a condition that had begun before the storm. */
export interface PromisedEnd {
  readonly source: string;
  readonly key: string;
  /** ISO 8601 UTC: the moment it came. */
  readonly at: string;
}

/**
 * What is to be known of the conditions, from nothing but what was sent: the last word on each is how it is. Senders
 * beyond every bound are left out.
 */
export const createExpectation = () => {
  const conditions = new Map<string, Condition>();
  const ends: PromisedEnd[] = [];
  let before = new Set<string>();
  const open = () => [...conditions.values()].filter((condition) => condition.open);
  return {
    isOpen: (source: string, key: string): boolean => conditions.get(`${source} ${key}`)?.open ?? false,
    /** From now on it storms: what is open now has its end told at once. */
    stormBegins() {
      before = new Set(open().map(({ source, key }) => `${source} ${key}`));
      return before.size;
    },
    hear({ source, saying: { condition } }: Said, at: string): void {
      const server = servers.get(source);
      if (!condition || server === undefined || endless.includes(source)) return;
      const { key, category, keyword, begins } = condition;
      const id = `${source} ${key}`;
      if (!begins && before.delete(id)) ends.push({ source, key, at });
      const monitor = monitorKey({ category, keyword, server });
      conditions.set(id, { source, key, monitor, open: begins });
    },
    ends: () => ends,
    /** `SOURCE KEY` of every condition that holds, sorted. */
    openConditions: () =>
      open()
        .map(({ source, key }) => `${source} ${key}`)
        .sort(),
    /** Keys of the monitors that are in error, sorted. */
    errors: () => [...new Set(open().map(({ monitor }) => monitor))].sort(),
  };
};
export type Expectation = ReturnType<typeof createExpectation>;
