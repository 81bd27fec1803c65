import { extname } from 'node:path';
import { type Clock, timedOut, within } from '../core/clock.ts';
import { CodedError } from '../core/errors.ts';
import { createAgeingClock } from './ageing-clock.ts';
import { typesMatching } from './glob.ts';
import { createGroupCommit } from './group-commit.ts';
import type { Journal, JournalNews } from './journal.ts';
import type { StoreOptions } from './journal-store.ts';
import { checkEvent, type NewRow, parseStored, toEvent, toRow } from './row.ts';
import { openKeeper, type StoreKeeper } from './store-keeper.ts';

export interface JournalOptions extends Pick<StoreOptions, 'directory' | 'retention'> {
  readonly clock: Clock;
  /** Whether every event is held against the catalogue, as tests do; by default it is. */
  readonly checkEvents?: boolean;
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
const pruneAll = async (keeper: StoreKeeper, ageingNow: () => number): Promise<{ dropped: number }> => {
  let dropped = 0;
  for (;;) {
    const step = await keeper.ask('pruneStep', ageingNow());
    dropped += step.dropped;
    if (!step.more) return { dropped };
  }
};

/** Pruning makes room: a disk that was full may have enough now. */
const prune = async (keeper: StoreKeeper, ageingNow: () => number): Promise<{ dropped: number }> => {
  const pruned = await pruneAll(keeper, ageingNow);
  if (keeper.condition().state === 'impaired') await keeper.ask('relieve');
  return pruned;
};

/** Keeps news until somebody listens. */
const createNewsfeed = () => {
  const kept: JournalNews[] = [];
  let listener = (news: JournalNews): void => void kept.push(news);
  return {
    tell: (news: JournalNews) => listener(news),
    watch(next: (news: JournalNews) => void) {
      listener = next;
      for (const news of kept.splice(0)) next(news);
    },
  };
};

const noRoom = (keeper: StoreKeeper): CodedError => {
  const now = keeper.condition();
  return new CodedError('journal.failed', now.state === 'ok' ? 'The disk was full.' : now.message);
};

/**
 * Opens the durable journal of a state directory, in a thread of its own.
 * Rejects with `journal.locked` or `journal.failed`. A malformed event makes `append` reject with a
 * TypeError where events are checked: that is a bug of the caller.
 */
export const openJournal = async (options: JournalOptions): Promise<Journal> => {
  const { clock, directory, retention, workerUrl = defaultWorkerUrl() } = options;
  const { tell, watch } = createNewsfeed();
  const ageingNow = createAgeingClock(clock);
  const keeper = await openKeeper({ clock, directory, retention, workerUrl, tell });
  const commit = createGroupCommit<NewRow, number | null>({ write: keeper.append, maxBatch, maxPending });
  let closing: ReturnType<Journal['close']> | undefined;

  const finish = async (): Promise<void> => {
    await commit.idle();
    await keeper.close();
  };
  const close = async () => {
    const stuck = (await within(clock, closeLimitMs, finish())) === timedOut;
    if (stuck) keeper.abandon();
    return { stuck };
  };

  return {
    append: async (event) => {
      if (closing !== undefined) throw new CodedError('journal.failed', 'The journal is closed.');
      if (options.checkEvents ?? true) checkEvent(event);
      const row = toRow(event, clock);
      const seq = await commit.append(row);
      if (seq === null) throw noRoom(keeper);
      return toEvent({ ...row, seq });
    },
    read: async ({ types, ...query }) => {
      const rows = await keeper.ask('read', { ...query, ...(types && { types: typesMatching(types) }) });
      return rows.map(toEvent);
    },
    stats: async () => ({ ...(await keeper.ask('stats')), pending: commit.pending() }),
    consumer: (name, startSeq) => keeper.ask('consumer', name, startSeq),
    acknowledge: (name, seq) => keeper.ask('acknowledge', name, seq),
    loadSnapshot: async () => {
      const snapshot = await keeper.ask('loadSnapshot');
      return snapshot && { seq: snapshot.seq, state: parseStored(snapshot.state) };
    },
    saveSnapshot: (seq, state) => keeper.ask('saveSnapshot', seq, JSON.stringify(state)),
    prune: () => prune(keeper, ageingNow),
    condition: keeper.condition,
    watch,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
};
