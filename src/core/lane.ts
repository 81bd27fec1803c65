/** Who goes first when a device is free: a forced stop before anything that can wait. */
export type Priority = 'forcedStop' | 'operator' | 'background';

const order: Record<Priority, number> = { forcedStop: 0, operator: 1, background: 2 };

/** Runs one task at a time; waiting tasks go by priority, then by arrival. */
export interface Lane {
  run<T>(priority: Priority, task: () => Promise<T>): Promise<T>;
  /** Tasks waiting or running. */
  depth(): number;
}

interface Waiting {
  priority: Priority;
  start: () => Promise<void>;
}

/** A lane for one device: "one command in flight" is held here and nowhere else. */
export const createLane = (): Lane => {
  const waiting: Waiting[] = [];
  let busy = false;

  const startNext = () => {
    const next = waiting.shift();
    busy = next !== undefined;
    void next?.start();
  };

  const enqueue = (entry: Waiting) => {
    const index = waiting.findIndex((other) => order[other.priority] > order[entry.priority]);
    if (index < 0) waiting.push(entry);
    else waiting.splice(index, 0, entry);
    if (!busy) startNext();
  };

  return {
    run: (priority, task) =>
      new Promise((resolve, reject) => {
        const start = async () => {
          try {
            resolve(await task());
          } catch (error) {
            reject(error);
          } finally {
            startNext();
          }
        };
        enqueue({ priority, start });
      }),
    depth: () => waiting.length + (busy ? 1 : 0),
  };
};
