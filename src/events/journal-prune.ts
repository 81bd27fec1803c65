import { inTransaction, type JournalDatabase, pragmaNumber } from './journal-database.ts';
import { asBytes, type StoredBytes, textOf } from './stored-text.ts';

/** How much of the past the journal keeps; whichever limit is reached first drops the oldest events. */
export interface Retention {
  readonly maxAgeDays: number;
  /** Of events, consumers and snapshot in the file; the write-ahead log beside it adds up to 8 MiB. */
  readonly maxSizeMiB: number;
}

/** What one step dropped, and whether another step has anything to do. */
export interface PruneStep {
  readonly dropped: number;
  readonly more: boolean;
}

/** A step is kept this small because appends wait behind it: a few milliseconds each. */
const stepEvents = { usual: 2_000, sparing: 200 } as const;
const stepPages = 500;
/** 1 MiB of free pages stays in the file of a journal whose disk is full: room that nobody else can take. */
const keptPages = 256;

const dayMs = 86_400_000;
const bytesPerMiB = 1_048_576;

/** Bytes in use: what the file takes without the pages that are free to be written again. */
export const usedBytes = (database: JournalDatabase): number =>
  (pragmaNumber(database, 'page_count') - pragmaNumber(database, 'freelist_count')) *
  pragmaNumber(database, 'page_size');

/** Hands free pages back to the file system, all but `kept`; returns how many. */
const shrink = (database: JournalDatabase, kept: number): number => {
  const before = pragmaNumber(database, 'page_count');
  const spare = pragmaNumber(database, 'freelist_count') - kept;
  if (spare <= 0) return 0;
  database.pragma(`incremental_vacuum(${Math.min(spare, stepPages)})`);
  // On a full disk the log keeps its room: given back, it might be gone when it is needed.
  database.pragma(`wal_checkpoint(${kept > 0 ? 'PASSIVE' : 'TRUNCATE'})`);
  return before - pragmaNumber(database, 'page_count');
};

/**
 * A step of pruning. Only a prefix of the journal is ever dropped, so that what is left has no holes
 * and a consumer's gap is one range; and only events the snapshot already stands for.
 */
export const createPruneStep = (database: JournalDatabase, retention: Retention) => {
  const oldest = database.prepare(
    `SELECT seq, ${asBytes('at')} FROM events WHERE seq <= (SELECT seq FROM snapshot) ORDER BY seq LIMIT ?`,
  );
  const bounds = database.prepare(
    'SELECT (SELECT max(seq) FROM events) - (SELECT min(seq) FROM events) + 1 AS events',
  );
  const drop = database.prepare('DELETE FROM events WHERE seq <= ?');

  const overSize = (mostBytes = Number.POSITIVE_INFINITY): number => {
    const used = usedBytes(database);
    const excess = used - Math.min(mostBytes, retention.maxSizeMiB * bytesPerMiB);
    if (excess <= 0) return 0;
    const [row] = bounds.all() as { events: number | null }[];
    return Math.ceil((excess * (row?.events ?? 0)) / used);
  };

  return (nowMs: number, mostBytes?: number): PruneStep => {
    const rows = oldest.all(mostBytes === undefined ? stepEvents.usual : stepEvents.sparing) as {
      seq: number;
      at: StoredBytes;
    }[];
    const keepFrom = new Date(nowMs - retention.maxAgeDays * dayMs).toISOString();
    const firstKept = rows.findIndex((row) => (textOf(row.at) ?? '') >= keepFrom);
    const overAge = firstKept < 0 ? rows.length : firstKept;
    const dropped = Math.min(rows.length, Math.max(overAge, overSize(mostBytes)));
    const last = rows[dropped - 1];
    if (last) inTransaction(database, () => drop.run(last.seq));
    const freed = shrink(database, mostBytes === undefined ? 0 : keptPages);
    return { dropped, more: dropped > 0 || freed > 0 };
  };
};
