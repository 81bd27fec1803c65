import { CodedError } from '../core/errors.ts';

export interface GroupCommitDeps<Item, Answer> {
  /** Makes the batch durable in one flush; answers each item, in order. */
  readonly write: (batch: readonly Item[]) => Promise<readonly Answer[]>;
  /** Items in one flush: bounds how long those that come next must wait. */
  readonly maxBatch: number;
  /** Items not yet durable: bounds memory while the disk hangs. */
  readonly maxPending: number;
}

/** Turns single appends into batches. */
export interface GroupCommit<Item, Answer> {
  /** Resolves with the item's answer once its batch is written; promises settle in the order of the calls. */
  append(item: Item): Promise<Answer>;
  /** Items handed over but not yet durable. */
  pending(): number;
  /** Resolves when nothing is pending. */
  idle(): Promise<void>;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: while one batch is being flushed, what arrives collects and goes as the next one.
 * A lone append waits for nobody, and many share the price of one flush.
 */
export const createGroupCommit = <Item, Answer>(
  deps: GroupCommitDeps<Item, Answer>,
): GroupCommit<Item, Answer> => {
  const waiting: Waiting<Item, Answer>[] = [];
  let writing = 0;
  let running: Promise<void> | undefined;

  const writeBatch = async (batch: readonly Waiting<Item, Answer>[]): Promise<void> => {
    try {
      const answers = await deps.write(batch.map((entry) => entry.item));
      for (const [index, entry] of batch.entries()) entry.resolve(answers[index] as Answer);
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, deps.maxBatch);
      writing = batch.length;
      await writeBatch(batch);
      writing = 0;
    }
    running = undefined;
  };

  return {
    append: (item) => {
      if (waiting.length + writing >= deps.maxPending) {
        return Promise.reject(new CodedError('journal.failed', 'Too many events wait for the disk.'));
      }
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        // A turn later, so that what is appended in the same breath goes in the first batch.
        running ??= Promise.resolve().then(run);
      });
    },
    pending: () => waiting.length + writing,
    idle: () => running ?? Promise.resolve(),
  };
};
