import { type Backoff, backoffMs } from '../core/backoff.ts';
import { createCallOff } from '../core/call-off.ts';
import { type Clock, sleep } from '../core/clock.ts';
import { CodedError, messageOf } from '../core/errors.ts';
import type { StoreClient } from './journal-client.ts';

export interface LinkDeps {
  readonly clock: Clock;
  /** Opens the store in a new thread; `replace` begins a new journal in place of a damaged one. */
  readonly open: (replace: boolean) => Promise<StoreClient>;
  /** There is no thread now, and why. */
  readonly onDown: (why: string) => void;
  /** There is one again. */
  readonly onUp: (client: StoreClient) => void;
}

/** The way to the thread that owns the store, which is replaced when it ends. */
export interface StoreLink {
  /** The thread that is there, or the one that comes next; rejects with `journal.failed` once closed. */
  client(): Promise<StoreClient>;
  /** Replaces a thread that failed, or whose journal is damaged. */
  lose(client: StoreClient, replace: boolean): void;
  /** The thread works: the next one that ends is replaced at once. */
  works(): void;
  closing(): boolean;
  /** Resolves when the store is closed and its thread has ended. */
  close(): Promise<void>;
}

/** Each try reads the whole journal once, to check it. */
const pause: Backoff = { firstMs: 100, factor: 2, maxMs: 30_000 };

/** Rejects where the store cannot be opened the first time; later tries go on until it can. */
export const openLink = async (deps: LinkDeps): Promise<StoreLink> => {
  const closing = createCallOff();
  let attempts = 0;
  let current: StoreClient | undefined;

  const adopt = (client: StoreClient): StoreClient => {
    current = client;
    void client.ended.then(() => lose(client, false));
    deps.onUp(client);
    return client;
  };

  const reopen = async (lost: StoreClient, replace: boolean): Promise<StoreClient> => {
    deps.onDown(lost.failure()?.message ?? 'it is damaged');
    if (!lost.failure()) await lost.call('close').catch(() => undefined);
    await lost.ended;
    for (;;) {
      await sleep(deps.clock, backoffMs(pause, attempts), closing.signal);
      attempts += 1;
      if (closing.signal.calledOff) throw new CodedError('journal.failed', 'The journal is closed.');
      try {
        return adopt(await deps.open(replace));
      } catch (error) {
        deps.onDown(messageOf(error));
      }
    }
  };

  const lose = (lost: StoreClient, replace: boolean): void => {
    if (lost !== current || closing.signal.calledOff) return;
    current = undefined;
    next = reopen(lost, replace);
    // Whoever waits for it is told; nobody may be waiting.
    next.catch(() => undefined);
  };

  let next = Promise.resolve(adopt(await deps.open(false)));
  return {
    client: () => next,
    lose,
    works() {
      attempts = 0;
    },
    closing: () => closing.signal.calledOff,
    async close() {
      closing.callOff();
      const client = await next.catch(() => undefined);
      await client?.call('close').catch(() => undefined);
      await client?.ended;
    },
  };
};
