import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../core/errors.ts';
import type { JournalTrouble } from './journal.ts';

type Reason = JournalTrouble['reason'];

/** Codes of SQLite and of errno(3) that name the trouble by themselves. */
const reasons: readonly (readonly [RegExp, Reason])[] = [
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)$/, 'fullDisk'],
  [/^(SQLITE_READONLY.*|SQLITE_PERM|EROFS|EACCES|EPERM)$/, 'readOnly'],
  [/^(SQLITE_CORRUPT.*|SQLITE_NOTADB|journal\.corrupt)$/, 'damaged'],
];

/** Codes behind which any trouble of the disk can stand: SQLite drops the errno. */
const vague = /^(SQLITE_IOERR.*|SQLITE_CANTOPEN.*|E[A-Z0-9]+)$/;

const sentences: Record<Reason, (directory: string, detail: string) => string> = {
  fullDisk: (directory) =>
    `the disk of ${directory} is full; only forced stops and what matters as much are still recorded: free some space`,
  readOnly: (directory) =>
    `${directory} cannot be written; mount its file system writable, and let the user of the daemon own it`,
  damaged: (directory) => `the journal in ${directory} is damaged: check the disk`,
  failed: (directory, detail) => `the disk of ${directory} fails (${detail}): check it`,
  hung: (directory) => `the disk of ${directory} does not answer: check it`,
  threadEnded: (directory, detail) =>
    `the journal in ${directory} was lost and is being opened again (${detail})`,
};

/** The trouble in words: where it is, and what to do. */
export const troubleIn = (directory: string, reason: Reason, detail = ''): JournalTrouble => ({
  reason,
  message: sentences[reason](directory, detail),
});

/** The code of what SQLite or the file system threw, also where it was wrapped for the outside. */
const codeBehind = (error: unknown): string => {
  const thrown = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
};

const named = (code: string): Reason | undefined => reasons.find(([pattern]) => pattern.test(code))?.[1];

/** Asks the disk itself, with a file of one page: the file system names what SQLite does not. */
const askDisk = (directory: string): Reason => {
  const path = join(directory, 'probe');
  try {
    writeFileSync(path, Buffer.alloc(4_096), { mode: 0o600 });
    rmSync(path, { force: true });
    return 'failed';
  } catch (error) {
    return named(codeBehind(error)) ?? 'failed';
  }
};

/** The trouble with the disk that an error shows; undefined where the disk is not to blame. */
export const troubleOf = (error: unknown, directory: string): JournalTrouble | undefined => {
  const code = codeBehind(error);
  const reason = named(code) ?? (vague.test(code) ? askDisk(directory) : undefined);
  return reason && troubleIn(directory, reason, messageOf(error));
};
