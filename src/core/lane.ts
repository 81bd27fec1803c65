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

/**
 * A lane for one device: "one command in flight" is held here and nowhere else. Who had the device may ask
 * again in the same breath before it goes to someone who can wait longer, so that a conversation of many
 * questions is held up once and not at each of them.
 */
export const createLane = (): Lane => {
  const waiting: Waiting[] = [];
  let busy = false;

  const startNext = () => {
    const next = waiting.shift();
    busy = next !== undefined;
    void next?.start();
  };

  const passOn = (from: Priority) => {
    const [next] = waiting;
    if (next && order[next.priority] > order[from]) setImmediate(startNext);
    else startNext();
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
            passOn(priority);
          }
        };
        enqueue({ priority, start });
      }),
    depth: () => waiting.length + (busy ? 1 : 0),
  };
};
