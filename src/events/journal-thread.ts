import { extname } from 'node:path';
import { type Clock, timedOut, within } from '../core/clock.ts';
import { CodedError } from '../core/errors.ts';
import { createGroupCommit } from './group-commit.ts';
import type { Journal } from './journal.ts';
import { type StoreClient, startStoreClient } from './journal-client.ts';
import type { StoreOptions } from './journal-store.ts';
import { type NewRow, parseStored, toEvent, toRow } from './row.ts';

export interface JournalOptions extends StoreOptions {
  readonly clock: Clock;
  /** The worker's file; the default is the one beside this module. */
  readonly workerUrl?: URL;
}

const maxBatch = 2_000;
const maxPending = 100_000;
/** A disk that hangs must not keep the daemon from ending. */
const closeLimitMs = 5_000;

/** The worker has this module's extension: .js when built, .ts under a loader that knows TypeScript. */
const defaultWorkerUrl = (): URL => new URL(`./journal-worker${extname(import.meta.url)}`, import.meta.url);

/** Runs prune steps until one finds nothing to do; appends go in between. */
const pruneAll = async (client: StoreClient, clock: Clock): Promise<{ dropped: number }> => {
  let dropped = 0;
  for (;;) {
    const step = await client.call('pruneStep', clock.wallMs());
    dropped += step.dropped;
    if (!step.more) return { dropped };
  }
};

/**
 * Opens the durable journal of a state directory, in a thread of its own.
 * Rejects with `journal.locked`, `journal.corrupt` or `journal.failed`. A malformed event makes
 * `append` reject with a TypeError: that is a bug of the caller.
 */
export const openJournal = async (options: JournalOptions): Promise<Journal> => {
  const { clock, directory, retention } = options;
  const client = await startStoreClient(options.workerUrl ?? defaultWorkerUrl(), { directory, retention });
  const commit = createGroupCommit<NewRow>({
    write: (batch) => client.call('append', batch),
    maxBatch,
    maxPending,
  });
  let closing: Promise<void> | undefined;

  const finish = async (): Promise<void> => {
    await commit.idle();
    await client.call('close').catch(() => undefined);
    await client.ended;
  };
  const close = async (): Promise<void> => {
    if ((await within(clock, closeLimitMs, finish())) === timedOut) client.abandon();
  };

  return {
    append: async (event) => {
      if (closing !== undefined) throw new CodedError('journal.failed', 'The journal is closed.');
      const row = toRow(event, clock);
      return toEvent({ ...row, seq: await commit.append(row) });
    },
    read: async (query) => (await client.call('read', query)).map(toEvent),
    stats: async () => ({ ...(await client.call('stats')), pending: commit.pending() }),
    consumer: (name, startSeq) => client.call('consumer', name, startSeq),
    acknowledge: (name, seq) => client.call('acknowledge', name, seq),
    loadSnapshot: async () => {
      const snapshot = await client.call('loadSnapshot');
      return snapshot && { seq: snapshot.seq, state: parseStored(snapshot.state) };
    },
    saveSnapshot: (seq, state) => client.call('saveSnapshot', seq, JSON.stringify(state)),
    prune: () => pruneAll(client, clock),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
};
