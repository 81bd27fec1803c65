import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'libsql';
import { CodedError, messageOf } from '../core/errors.ts';
import { asBytes, type StoredBytes, textOf } from './stored-text.ts';

/** An open journal file. */
export type JournalDatabase = Database.Database;

/** The journal's file in its state directory; SQLite's log stands beside it with `-wal` at its end. */
export const journalFile = 'journal.db';

/** Counts up with every change of the tables, or of event data that older code could not read. */
const schemaVersion = 1;

const schema = `
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    type TEXT NOT NULL,
    severity TEXT NOT NULL,
    source TEXT NOT NULL,
    server TEXT,
    cause INTEGER,
    data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_type ON events (type, seq);
  CREATE INDEX events_by_server ON events (server, seq) WHERE server IS NOT NULL;
  CREATE TABLE consumers (name TEXT PRIMARY KEY, ackedSeq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE snapshot (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, state TEXT NOT NULL) STRICT;
  PRAGMA user_version = ${schemaVersion};
`;

export interface OpenOptions {
  /** The seq a new journal goes on after (0 by default); an existing one knows its own. */
  readonly startAfter?: number;
}

/** The error the outside sees for anything SQLite or the file system threw. */
export const asJournalError = (error: unknown): CodedError => {
  if (error instanceof CodedError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const options = { cause: error };
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return new CodedError('journal.locked', undefined, options);
  const isUnreadable =
    /^SQLITE_(NOTADB|CORRUPT)/.test(code) || /unsupported file format/.test(messageOf(error));
  if (isUnreadable) return new CodedError('journal.corrupt', undefined, options);
  return new CodedError('journal.failed', `The journal failed: ${messageOf(error)}`, options);
};

/** A pragma that answers one number. `get()` and `pluck()` of libsql add fields of their own. */
export const pragmaNumber = (database: JournalDatabase, name: string): number => {
  const [row] = database.pragma(name) as Record<string, number>[];
  return row?.[name] ?? 0;
};

/** Whether SQLite's own check finds no fault; what it says of one may quote damaged bytes. */
const isSound = (database: JournalDatabase): boolean => {
  const check = database.prepare(`SELECT ${asBytes('quick_check')} FROM pragma_quick_check(1)`);
  const [row] = check.all() as { quick_check: StoredBytes }[];
  return textOf(row?.quick_check ?? null) === 'ok';
};

/** Runs `work` in one transaction: one flush to the disk, and all of it or nothing. */
export const inTransaction = <T>(database: JournalDatabase, work: () => T): T => {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk or a failed write makes SQLite roll back by itself.
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
};

/** Makes the entries of a directory durable, as fsync(2) asks for after creating a file. */
export const syncDirectory = (path: string): void => {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/**
 * The journal's path, after its directory (0700) and file (0600) exist. The file is never opened here
 * once it exists: closing any descriptor of it would drop this process's POSIX locks on it.
 */
const createFile = (directory: string): string => {
  const firstMade = mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (let made = directory; firstMade && made.length >= firstMade.length; made = dirname(made)) {
    syncDirectory(dirname(made));
  }
  const path = join(directory, journalFile);
  try {
    closeSync(openSync(path, 'wx', 0o600));
    syncDirectory(directory);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return path;
};

const makeTables = (database: JournalDatabase, { startAfter = 0 }: OpenOptions): void =>
  inTransaction(database, () => {
    database.exec(schema);
    database.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)").run(startAfter);
  });

/** Writes and flushes one page without changing anything; throws where the disk takes no writes. */
export const writeProbe = (database: JournalDatabase): void => {
  database.pragma(`user_version = ${schemaVersion}`);
};

const statements = (text: string): string[] =>
  text
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement.startsWith('CREATE '));

/** SQLite makes this one by itself for AUTOINCREMENT, in these words. */
const sequenceTable = 'CREATE TABLE sqlite_sequence(name,seq)';

/**
 * Whether words of our tables were changed: SQLite keeps and believes them, and its own check sees no fault in
 * a flipped letter. A database with none of them is somebody else's, and not damaged.
 */
const hasChangedTables = (database: JournalDatabase): boolean => {
  const words = database.prepare(`SELECT ${asBytes('sql')} FROM sqlite_schema`);
  const rows = words.all() as { sql: StoredBytes }[];
  const kept = new Set(rows.map(({ sql }) => textOf(sql)));
  const intact = [...statements(schema), sequenceTable].map((statement) => kept.has(statement));
  return intact.includes(true) && intact.includes(false);
};

/** Makes the tables in an empty file; refuses a file that is damaged, strange or too new. */
const prepareSchema = (database: JournalDatabase, options: OpenOptions): void => {
  const version = pragmaNumber(database, 'user_version');
  if (version > schemaVersion) {
    throw new CodedError(
      'journal.failed',
      `The journal was written by a newer Noroshi (version ${version}).`,
    );
  }
  const tables = database.prepare('SELECT 1 AS found FROM sqlite_schema LIMIT 1').all();
  if (version === 0 && tables.length > 0) {
    throw new CodedError('journal.failed', 'journal.db is a database, but not a journal.');
  }
  if (version === 0) makeTables(database, options);
  else if (!isSound(database) || hasChangedTables(database)) throw new CodedError('journal.corrupt');
};

/**
 * The lock comes first: with it the index of the log is kept in memory, which a full disk has room for.
 * `auto_vacuum` can only be chosen for an empty file, and would write to any other.
 */
const configure = (database: JournalDatabase): void => {
  database.pragma('locking_mode = EXCLUSIVE');
  if (pragmaNumber(database, 'page_count') === 0) database.pragma('auto_vacuum = INCREMENTAL');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma(`journal_size_limit = ${8 * 1024 * 1024}`);
};

/**
 * Opens the journal of a state directory, which is created when missing. The exclusive lock is taken
 * here and held until close; the kernel frees it when the process dies. libsql waits for no lock
 * unless it is told to, so a second daemon is refused at once. Every commit is flushed (FULL).
 * Throws a CodedError: `journal.locked`, `journal.corrupt` or `journal.failed`.
 */
export const openDatabase = (directory: string, options: OpenOptions = {}): JournalDatabase => {
  let database: JournalDatabase | undefined;
  try {
    database = new Database(createFile(resolve(directory)));
    configure(database);
    prepareSchema(database, options);
    return database;
  } catch (error) {
    database?.close();
    throw asJournalError(error);
  }
};
