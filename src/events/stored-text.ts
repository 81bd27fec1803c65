/**
 * libsql aborts the whole process when a text it reads is no UTF-8 (0.5.29), and SQLite's own check of a file does
 * not look at that: one flipped bit would keep the gateway from ever starting. So no column is read as text: the
 * bytes are, and become text here. A flipped bit may also change what type a value has.
 */

/** A column of text as its bytes, for a SELECT. */
export const asBytes = (column: string): string => `CAST(${column} AS BLOB) AS ${column}`;

/** A column of numbers, whatever a damaged row has there, for a SELECT. */
export const asInteger = (column: string): string => `CAST(${column} AS INTEGER) AS ${column}`;

/** What libsql gives for such a column. */
export type StoredBytes = ArrayBuffer | null;

/** The text of such bytes; what is no UTF-8 becomes U+FFFD. */
export const textOf = (bytes: StoredBytes): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('utf8');
