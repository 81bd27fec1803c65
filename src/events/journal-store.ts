import { CodedError } from '../core/errors.ts';
import type { EventType } from './catalogue.ts';
import type { ConsumerRecord, JournalQuery } from './journal.ts';
import {
  asJournalError,
  inTransaction,
  type JournalDatabase,
  type OpenOptions,
  openDatabase,
  writeProbe,
} from './journal-database.ts';
import { createPruneStep, type PruneStep, type Retention, usedBytes } from './journal-prune.ts';
import type { EventRow, NewRow } from './row.ts';
import { asBytes, asInteger, type StoredBytes, textOf } from './stored-text.ts';

export interface StoreOptions extends OpenOptions {
  /** The state directory; it holds one journal and serves one process. */
  readonly directory: string;
  readonly retention: Retention;
  /** All of the catalogue; the store is told them, because the schemas beside them would cost its thread 5 MB. */
  readonly knownTypes: readonly EventType[];
}

/** As {@link JournalQuery}, its types by their names; without them those that are known. */
export interface StoreQuery extends Omit<JournalQuery, 'types'> {
  readonly types?: readonly EventType[];
}

/**
 * The journal's file, synchronous: every call blocks its thread, up to the time of a disk flush.
 * All calls throw a CodedError with a `journal.*` code.
 */
export interface JournalStore {
  /** Writes all rows in one transaction; they are on disk when it returns. Answers their seqs. */
  append(rows: readonly NewRow[]): number[];
  read(query: StoreQuery): EventRow[];
  stats(): { firstSeq: number; lastSeq: number; bytes: number };
  consumer(name: string, startSeq: number): ConsumerRecord;
  acknowledge(name: string, seq: number): void;
  /** `state` is JSON. */
  loadSnapshot(): { seq: number; state: string } | undefined;
  saveSnapshot(seq: number, state: string): void;
  /**
   * One short step of pruning, so that appends can go between two; `nowMs` is wall time, `mostBytes` a
   * size below that of the retention, for a disk that is full.
   */
  pruneStep(nowMs: number, mostBytes?: number): PruneStep;
  /** Writes and flushes without changing anything; throws where the disk takes no writes. */
  probe(): void;
  /** While `sparing`, the write-ahead log goes round after 1 MiB instead of 4. */
  spareDisk(sparing: boolean): void;
  close(): void;
}

const maxReadRows = 10_000;
/** A name is remembered for ever, so that a consumer who returns hears of its gap: their number is bounded. */
const maxConsumers = 256;
const texts = ['at', 'type', 'severity', 'source', 'server', 'data'] as const;
const columns = ['seq', asInteger('cause'), ...texts.map(asBytes)].join(', ');
const listed = '(SELECT value FROM json_each(?))';

type StoredRow = Readonly<Record<(typeof texts)[number], StoredBytes>> & Pick<EventRow, 'seq' | 'cause'>;

/** A damaged row may lack what none lacks; then its text is empty, and whoever reads it finds it damaged. */
const rowOf = (stored: StoredRow): EventRow => {
  const { seq, cause, at, type, severity, source, server, data } = stored;
  return {
    ...{ seq, cause, at: textOf(at) ?? '', source: textOf(source) ?? '', server: textOf(server) },
    type: (textOf(type) ?? '') as EventType,
    severity: (textOf(severity) ?? '') as EventRow['severity'],
    data: textOf(data) ?? '',
  };
};

const createAppend = (database: JournalDatabase): JournalStore['append'] => {
  const insert = database.prepare(
    'INSERT INTO events (at, type, severity, source, server, cause, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const insertRow = (row: NewRow): number =>
    Number(
      insert.run(row.at, row.type, row.severity, row.source, row.server, row.cause, row.data).lastInsertRowid,
    );
  return (rows) => inTransaction(database, () => rows.map(insertRow));
};

/**
 * Reading, by one of three plans whose cost is bounded by the limit rather than by the journal's size.
 * Each names the known types, so that what a newer version wrote is passed over, not misread.
 */
const createRead = (database: JournalDatabase, knownTypes: readonly EventType[]): JournalStore['read'] => {
  const bySeq = database.prepare(
    `SELECT ${columns} FROM events NOT INDEXED WHERE seq > ? AND type IN ${listed} ORDER BY seq LIMIT ?`,
  );
  const byServer = database.prepare(
    `SELECT ${columns} FROM events INDEXED BY events_by_server
     WHERE server = ? AND seq > ? AND type IN ${listed} ORDER BY seq LIMIT ?`,
  );
  const seqsOfType = database.prepare(
    'SELECT seq FROM events WHERE type = ? AND seq > ? ORDER BY seq LIMIT ?',
  );
  const bySeqs = database.prepare(`SELECT ${columns} FROM events WHERE seq IN ${listed} ORDER BY seq`);

  const rows = (found: unknown[]): EventRow[] => (found as StoredRow[]).map(rowOf);
  const readTypes = (types: readonly EventType[], after: number, limit: number): unknown[] => {
    const seqs = types
      .flatMap((type) => seqsOfType.all(type, after, limit) as { seq: number }[])
      .map((row) => row.seq)
      .sort((one, other) => one - other);
    return bySeqs.all(JSON.stringify(seqs.slice(0, limit)));
  };

  return ({ after = 0, types = knownTypes, server, limit: wanted }) => {
    const limit = Math.min(maxReadRows, Math.max(1, Math.floor(wanted)));
    const allTypes = types.length === knownTypes.length;
    if (server !== undefined) return rows(byServer.all(server, after, JSON.stringify(types), limit));
    if (allTypes) return rows(bySeq.all(after, JSON.stringify(types), limit));
    return rows(readTypes(types, after, limit));
  };
};

const createStats = (database: JournalDatabase): JournalStore['stats'] => {
  const first = database.prepare('SELECT min(seq) AS seq FROM events');
  const last = database.prepare(`SELECT ${asInteger('seq')} FROM sqlite_sequence WHERE name = 'events'`);
  return () => {
    const lastSeq = (last.all() as { seq: number }[])[0]?.seq ?? 0;
    const firstSeq = (first.all() as { seq: number | null }[])[0]?.seq ?? lastSeq + 1;
    return { firstSeq, lastSeq, bytes: usedBytes(database) };
  };
};

/** Consumers' offsets. An offset never passes the last event: it would hide events yet to come. */
const createConsumers = (database: JournalDatabase, stats: JournalStore['stats']) => {
  const insert = database.prepare('INSERT OR IGNORE INTO consumers (name, ackedSeq) VALUES (?, ?)');
  const select = database.prepare(`SELECT ${asInteger('ackedSeq')} FROM consumers WHERE name = ?`);
  const count = database.prepare('SELECT count(*) AS consumers FROM consumers');
  const isFull = () => ((count.all() as { consumers: number }[])[0]?.consumers ?? 0) >= maxConsumers;
  const advance = database.prepare('UPDATE consumers SET ackedSeq = ? WHERE name = ? AND ackedSeq < ?');
  return {
    consumer(name: string, startSeq: number): ConsumerRecord {
      // libsql cuts text at a NUL: two names could become one.
      if (/\p{Cc}/u.test(name))
        throw new CodedError('journal.failed', 'A consumer name has control characters.');
      if (select.all(name).length === 0 && isFull()) throw new CodedError('events.consumers');
      insert.run(name, Math.min(stats().lastSeq, Math.max(0, Math.floor(startSeq))));
      const [row] = select.all(name) as { ackedSeq: number }[];
      return { name, ackedSeq: row?.ackedSeq ?? 0 };
    },
    acknowledge(name: string, seq: number): void {
      if (Number.isSafeInteger(seq) && seq <= stats().lastSeq) advance.run(seq, name, seq);
    },
  };
};

const createSnapshot = (database: JournalDatabase) => {
  const select = database.prepare(`SELECT ${asInteger('seq')}, ${asBytes('state')} FROM snapshot`);
  const replace = database.prepare('INSERT OR REPLACE INTO snapshot (id, seq, state) VALUES (1, ?, ?)');
  return {
    loadSnapshot() {
      const [row] = select.all() as { seq: number; state: StoredBytes }[];
      return row && { seq: row.seq, state: textOf(row.state) ?? '' };
    },
    saveSnapshot: (seq: number, state: string) => void replace.run(seq, state),
  };
};

/** The same function, with whatever it throws turned into a CodedError. */
const coded =
  <Args extends unknown[], Value>(run: (...args: Args) => Value) =>
  (...args: Args): Value => {
    try {
      return run(...args);
    } catch (error) {
      throw asJournalError(error);
    }
  };

/** Pages of the write-ahead log after which it is copied into the file; 1000 is SQLite's own figure. */
const checkpointPages = { usual: 1_000, sparing: 250 } as const;

/** Opens the store and takes its lock; see {@link openDatabase} for how it can fail. */
export const openStore = coded((options: StoreOptions): JournalStore => {
  const database = openDatabase(options.directory, options);
  const stats = createStats(database);
  const consumers = createConsumers(database, stats);
  const { loadSnapshot, saveSnapshot } = createSnapshot(database);
  return {
    append: coded(createAppend(database)),
    read: coded(createRead(database, options.knownTypes)),
    stats: coded(stats),
    consumer: coded(consumers.consumer),
    acknowledge: coded(consumers.acknowledge),
    loadSnapshot: coded(loadSnapshot),
    saveSnapshot: coded(saveSnapshot),
    pruneStep: coded(createPruneStep(database, options.retention)),
    probe: coded(() => writeProbe(database)),
    spareDisk: coded((sparing: boolean) => {
      database.pragma(`wal_autocheckpoint = ${sparing ? checkpointPages.sparing : checkpointPages.usual}`);
    }),
    close: coded(() => void database.close()),
  };
});
