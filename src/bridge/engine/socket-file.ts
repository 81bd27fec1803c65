import { chmod, chown, lstat, mkdir, readFile, unlink } from 'node:fs/promises';
import { createConnection, type Server } from 'node:net';
import { dirname } from 'node:path';
import { CodedError, messageOf } from '../../core/errors.ts';

/** Longest path a Unix socket can have on Linux: sun_path is 108 bytes with its NUL (unix(7)). */
const maxPathBytes = 107;

export interface SocketFile {
  readonly path: string;
  /** Permission bits of the socket, e.g. 0o660: who may write may connect. */
  readonly mode: number;
  /** A group of /etc/group; the daemon's own where absent. */
  readonly group?: string;
}

const errnoOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

const failed = (path: string, why: string, cause?: unknown): CodedError =>
  new CodedError('socket.failed', `The socket ${path} cannot be opened: ${why}`, { cause });

/** Keeps coded errors, and gives all others the path and `socket.failed`. */
export const orSocketFailed = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CodedError ? error : failed(path, messageOf(error), error);
  }
};

/** The gid of a group by /etc/group, the one place a daemon can read without NSS. */
const groupId = async ({ path, group }: SocketFile): Promise<number | undefined> => {
  if (group === undefined) return undefined;
  const lines = (await readFile('/etc/group', 'utf8')).split('\n');
  const gid = lines.map((line) => line.split(':')).find(([name]) => name === group)?.[2];
  if (!gid || !/^\d+$/.test(gid)) throw failed(path, `there is no group ${group} in /etc/group`);
  return Number(gid);
};

/** Creates a missing parent directory for the owner and the socket's group; an existing one is left as it is. */
const ensureParent = async (path: string, gid: number | undefined): Promise<void> => {
  const parent = dirname(path);
  try {
    await mkdir(parent, { mode: 0o750 });
    if (gid !== undefined) await chown(parent, -1, gid);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
};

/** Undefined when somebody answers on the socket, else why nobody does. */
const probe = (path: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = createConnection(path, () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.on('error', (error) => resolve(errnoOf(error) ?? error.message));
  });

/** Removes a socket file that a dead process left behind; throws for anything else in the way. */
const clearStale = async (path: string): Promise<void> => {
  const found = await lstat(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!found) return;
  if (!found.isSocket()) throw failed(path, 'something that is not a socket has this name; it is left alone');
  const silence = await probe(path);
  if (silence === 'ENOENT') return;
  if (silence === 'ECONNREFUSED') return unlink(path);
  if (silence === undefined || silence === 'EAGAIN') {
    throw new CodedError('socket.inUse', `A live process already listens on ${path}.`);
  }
  throw failed(path, `the socket that is there cannot be probed (${silence})`);
};

/**
 * Binds with all bits for group and others masked out. Node binds a path within the call to `listen`, so the
 * process-wide mask is back before any other code runs.
 */
const bindForOwnerOnly = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    const umask = process.umask(0o177);
    try {
      server.listen(path);
    } finally {
      process.umask(umask);
    }
  });

/**
 * Makes `server` listen on the socket file, never open to more than its mode and group say at any moment.
 * Throws `socket.inUse` (somebody live has it) or `socket.failed`.
 */
export const openSocketFile = (server: Server, file: SocketFile): Promise<void> =>
  orSocketFailed(file.path, async () => {
    const { path, mode } = file;
    if (Buffer.byteLength(path) > maxPathBytes) {
      throw failed(path, `the path is longer than ${maxPathBytes} bytes`);
    }
    const gid = await groupId(file);
    await ensureParent(path, gid);
    await clearStale(path);
    await bindForOwnerOnly(server, path);
    try {
      if (gid !== undefined) await chown(path, -1, gid);
      await chmod(path, mode);
    } catch (error) {
      server.close();
      throw error;
    }
  });
