import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { fail, ok, type Result } from '../core/result.ts';

/** Why a file could not be had, as the end of a sentence that begins with the file. */
export type FileFailure =
  | 'does not exist'
  | 'may not be read by this user'
  | 'is not a regular file'
  | 'is too large'
  | 'cannot be read: a part of its path is not a folder'
  | 'cannot be read';

/** A whole file and its permission bits. */
export interface FileContent {
  readonly bytes: Buffer;
  readonly mode: number;
}

const failures: Readonly<Record<string, FileFailure>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'cannot be read: a part of its path is not a folder',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
};

/** What a failed file system call means for the operator. */
export const fileFailureOf = (error: unknown): FileFailure => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return failures[code] ?? 'cannot be read';
};

const readHandle = async (
  handle: FileHandle,
  maxBytes: number,
): Promise<Result<FileContent, FileFailure>> => {
  const stats = await handle.stat();
  if (!stats.isFile()) return fail('is not a regular file');
  const buffer = Buffer.alloc(maxBytes + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
    length += bytesRead;
    if (length > maxBytes) return fail('is too large');
    if (bytesRead === 0) return ok({ bytes: buffer.subarray(0, length), mode: stats.mode });
  }
};

/**
 * Reads a file of at most `maxBytes`. Anything but a regular file is refused, and the file is opened
 * without blocking: a named pipe must not hold up the daemon's start. Never throws.
 */
export const readBounded = async (
  path: string,
  maxBytes: number,
): Promise<Result<FileContent, FileFailure>> => {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return await readHandle(handle, maxBytes);
  } catch (error) {
    return fail(fileFailureOf(error));
  } finally {
    await handle?.close();
  }
};
