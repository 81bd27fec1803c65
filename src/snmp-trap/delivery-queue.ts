/** Never rejects; undefined where it is done at once. */
export type Task = () => Promise<void> | undefined;

/** Work between the socket and the disk. */
export interface DeliveryQueue {
  /** Takes a task and starts it as soon as there is room; false where the queue is full. */
  submit(task: Task): boolean;
  /** Resolves when everything taken so far is done. */
  idle(): Promise<void>;
}

export interface QueueLimits {
  /** Tasks at a time: as many informs may share one flush of the journal. */
  readonly underWay: number;
  /** Tasks that wait their turn. */
  readonly waiting: number;
}

/** Starts tasks in the order in which they came, so many at a time. */
export const createDeliveryQueue = (limits: QueueLimits): DeliveryQueue => {
  let waiting: Task[] = [];
  let next = 0;
  let underWay = 0;
  let onIdle: (() => void)[] = [];

  const take = (): Task | undefined => {
    const task = waiting[next];
    next += 1;
    if (next >= waiting.length) {
      waiting = [];
      next = 0;
    }
    return task;
  };

  const tellIdle = (): void => {
    const told = onIdle;
    onIdle = [];
    for (const resolve of told) resolve();
  };

  const start = (task: Task): void => {
    const running = task();
    if (running === undefined) return;
    underWay += 1;
    void running.then(finished);
  };

  const finished = (): void => {
    underWay -= 1;
    while (underWay < limits.underWay) {
      const task = next < waiting.length ? take() : undefined;
      if (!task) break;
      start(task);
    }
    if (underWay === 0) tellIdle();
  };

  return {
    submit(task) {
      if (underWay < limits.underWay) {
        start(task);
        return true;
      }
      if (waiting.length - next >= limits.waiting) return false;
      waiting.push(task);
      return true;
    },
    idle: () => (underWay === 0 ? Promise.resolve() : new Promise((resolve) => onIdle.push(resolve))),
  };
};
