import { resolve } from 'node:path';
import { CodedError, codeOf } from '../core/errors.ts';
import { createBallast } from './ballast.ts';
import type { EventType } from './catalogue.ts';
import { troubleIn, troubleOf } from './disk-trouble.ts';
import type { JournalTrouble } from './journal.ts';
import { asJournalError } from './journal-database.ts';
import { type JournalStore, openStore, type StoreOptions } from './journal-store.ts';
import { moveAside, movedBefore } from './replace-journal.ts';
import type { NewRow } from './row.ts';

export interface GuardOptions extends StoreOptions {
  /** What is still taken on a full disk. */
  readonly essentialTypes: ReadonlySet<EventType>;
  /** Wall time of the opening; names what is moved aside. */
  readonly wallMs: number;
  /** Begins a new journal without asking whether the old one is damaged: its own process found it so. */
  readonly replace?: boolean;
}

/**
 * The store of a disk that may fail. On a full disk it gives up the ballast slice by slice, and takes only
 * what is essential, until the disk has room for a ballast again.
 */
export interface GuardedStore extends Omit<JournalStore, 'append' | 'pruneStep' | 'probe' | 'spareDisk'> {
  /** As {@link JournalStore.append}; a row that a full disk has no room for is answered by null. */
  append(rows: readonly NewRow[]): (number | null)[];
  /** A full disk has no room for a snapshot that lets no events go: then nothing is done. */
  saveSnapshot: JournalStore['saveSnapshot'];
  /** On a full disk the journal is pruned to half the size it had when the trouble began. */
  pruneStep(nowMs: number): ReturnType<JournalStore['pruneStep']>;
  /** Looks whether the trouble is over; throws where writing still fails. */
  relieve(): void;
}

/** The store, what is wrong with its disk at this moment, and where a damaged one before it was put. */
export interface Guarded {
  readonly store: GuardedStore;
  readonly trouble: () => JournalTrouble | undefined;
  readonly movedTo?: string;
}

/** A journal is not pruned below this (bytes), however full the disk is. */
const leastBytes = 4 * 1024 * 1024;

interface Opened {
  readonly store: JournalStore;
  readonly movedTo?: string;
}

/** Opens or creates the file, with the room of the ballast where the disk has no other. */
const openWithRoom = (options: GuardOptions): JournalStore => {
  const ballast = createBallast(options.directory);
  for (;;) {
    try {
      return openStore(options);
    } catch (error) {
      const isFull = troubleOf(error, options.directory)?.reason === 'fullDisk';
      if (!isFull || !ballast.release()) throw error;
    }
  }
};

/** Numbers go on far above any that was ever given, so that consumers are told of a gap. */
const openAnew = (options: GuardOptions, movedTo: string): Opened => {
  const startAfter = Math.max(options.wallMs, options.startAfter ?? 0);
  return { store: openWithRoom({ ...options, startAfter }), movedTo };
};

const openOrReplace = (options: GuardOptions): Opened => {
  const { directory, wallMs } = options;
  const before = movedBefore(directory);
  if (before !== undefined) return openAnew(options, before);
  if (options.replace) return openAnew(options, moveAside(directory, wallMs));
  try {
    return { store: openWithRoom(options) };
  } catch (error) {
    if (codeOf(error) === 'journal.corrupt') return openAnew(options, moveAside(directory, wallMs));
    throw error;
  }
};

/** Keeps account of what is wrong with the disk of a store, from what its calls throw. */
const createTroubles = (directory: string, onFull: () => void) => {
  let trouble: JournalTrouble | undefined;
  const isFull = () => trouble?.reason === 'fullDisk';
  // What is damaged stays so until it is opened anew, and what is full until there is room again.
  const take = (found: JournalTrouble): void => {
    const wasFull = isFull();
    if (trouble?.reason === 'damaged' || (wasFull && found.reason !== 'damaged')) return;
    trouble = found;
    if (isFull() && !wasFull) onFull();
  };
  const note = (error: unknown): void => {
    const found = troubleOf(error, directory);
    if (found) take(found);
  };
  const noting =
    <Args extends unknown[], Value>(run: (...args: Args) => Value) =>
    (...args: Args): Value => {
      try {
        return run(...args);
      } catch (error) {
        note(error);
        throw error;
      }
    };
  return {
    trouble: () => trouble,
    isFull,
    take,
    noting,
    written(): void {
      if (trouble?.reason === 'readOnly' || trouble?.reason === 'failed') trouble = undefined;
    },
    relieved(): void {
      if (trouble?.reason !== 'damaged') trouble = undefined;
    },
  };
};

type Troubles = ReturnType<typeof createTroubles>;

/** Writes what may be written now, and answers by row. */
const createWrite =
  (store: JournalStore, troubles: Troubles, essential: ReadonlySet<EventType>): GuardedStore['append'] =>
  (rows) => {
    const isTaken = troubles.isFull() ? ({ type }: NewRow) => essential.has(type) : () => true;
    const taken = rows.filter(isTaken);
    const seqs = (taken.length > 0 ? store.append(taken) : []).values();
    if (taken.length > 0) troubles.written();
    return rows.map((row) => (isTaken(row) ? (seqs.next().value ?? null) : null));
  };

const sizeOf = (store: JournalStore): number => {
  try {
    return store.stats().bytes;
  } catch {
    return 0;
  }
};

const guard = (
  store: JournalStore,
  { directory, essentialTypes }: GuardOptions,
): Omit<Guarded, 'movedTo'> => {
  const ballast = createBallast(directory);
  let mostBytes: number | undefined;
  const troubles = createTroubles(directory, () => {
    mostBytes = Math.max(leastBytes, sizeOf(store) / 2);
    store.spareDisk(true);
  });
  const { noting, isFull } = troubles;
  const write = noting(createWrite(store, troubles, essentialTypes));
  const probe = noting(store.probe);
  /** The same call, which may spend the ballast on a full disk. */
  const spending =
    <Args extends unknown[], Value>(run: (...args: Args) => Value) =>
    (...args: Args): Value => {
      for (;;) {
        try {
          return run(...args);
        } catch (error) {
          if (!isFull() || !ballast.release()) throw error;
        }
      }
    };
  const save = spending(noting(store.saveSnapshot));
  const relieve = (): void => {
    if (isFull() && !ballast.restore()) return;
    probe();
    troubles.relieved();
    mostBytes = undefined;
    store.spareDisk(false);
  };
  /** A full disk does not keep a gateway from starting: the past can be read, and servers stopped. */
  const begin = (): void => {
    try {
      probe();
      if (!ballast.restore()) troubles.take(troubleIn(directory, 'fullDisk'));
    } catch (error) {
      if (!isFull()) throw error;
    }
  };
  begin();
  const { spareDisk, ...rest } = store;
  return {
    trouble: troubles.trouble,
    store: {
      ...rest,
      append: spending(write),
      read: noting(store.read),
      stats: noting(store.stats),
      consumer: noting(store.consumer),
      acknowledge: noting(store.acknowledge),
      saveSnapshot(seq, state) {
        if (mostBytes === undefined || sizeOf(store) > mostBytes) save(seq, state);
      },
      pruneStep: spending(noting((nowMs: number) => store.pruneStep(nowMs, mostBytes))),
      relieve,
    },
  };
};

/**
 * Opens the store of a state directory; a damaged journal is moved aside and a new one begun. Throws
 * `journal.locked`, or `journal.failed` with a sentence about the disk where that is to blame.
 */
export const openGuardedStore = (given: GuardOptions): Guarded => {
  const options = { ...given, directory: resolve(given.directory) };
  try {
    const { store, movedTo } = openOrReplace(options);
    try {
      return { ...guard(store, options), ...(movedTo !== undefined && { movedTo }) };
    } catch (error) {
      store.close();
      throw error;
    }
  } catch (error) {
    const message =
      codeOf(error) === 'journal.locked' ? undefined : troubleOf(error, options.directory)?.message;
    throw message === undefined
      ? asJournalError(error)
      : new CodedError('journal.failed', message, { cause: error });
  }
};
