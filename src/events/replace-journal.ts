import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { journalFile, syncDirectory } from './journal-database.ts';

const mark = '.damaged-';

/** SQLite's log and index first: should this be cut off, the journal without them is still damaged. */
const suffixes = ['-wal', '-shm', ''] as const;

/** `20260102T030405.678Z`: sorts by time, and needs no quoting in a shell. */
const stamp = (wallMs: number): string => new Date(wallMs).toISOString().replaceAll(/[-:]/g, '');

/**
 * Moves the files of a damaged journal aside, under a name of their own; answers that name's path. They
 * keep their endings, so that `sqlite3` can open what is left of them.
 */
export const moveAside = (directory: string, wallMs: number): string => {
  const path = join(directory, journalFile);
  const movedTo = `${path}${mark}${stamp(wallMs)}`;
  for (const suffix of suffixes) {
    if (existsSync(path + suffix)) renameSync(path + suffix, movedTo + suffix);
  }
  syncDirectory(directory);
  return movedTo;
};

/** Where the journal went if a life before this one was cut off before it could begin another. */
export const movedBefore = (directory: string): string | undefined => {
  if (existsSync(join(directory, journalFile)) || !existsSync(directory)) return undefined;
  const moved = readdirSync(directory).filter((name) => name.startsWith(journalFile + mark));
  const newest = moved
    .filter((name) => !name.endsWith('-wal') && !name.endsWith('-shm'))
    .sort()
    .at(-1);
  return newest && join(directory, newest);
};
