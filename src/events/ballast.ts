import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, lstatSync, openSync, statfsSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * 4 MiB in slices of 64 KiB, a slice being what one flush of forced-stop records takes: more than sixty
 * flushes, even while something else fills the disk as fast as it can, and the records of thousands of
 * stops where nothing does (figures in docs/decisions.md).
 */
export const ballastBytes = 4 * 1024 * 1024;
const sliceBytes = 64 * 1024;
/** Room that must be left beside a new ballast, or the next event would cost it again. */
const slackBytes = ballastBytes;
const blockBytes = 512;

/** Room on the disk that is held back for the time when the disk is full. Never throws. */
export interface Ballast {
  /** Gives up a slice; answers false where none is left. */
  release(): boolean;
  /** Takes all of the room again where the disk has it to spare; answers whether it is held now. */
  restore(): boolean;
}

/** Whether `work` came true; a disk that refuses is no error here but the answer no. */
const cameTrue = (work: () => unknown): boolean => {
  try {
    return work() !== false;
  } catch {
    return false;
  }
};

/** Random bytes, and flushed: a file system may neither compress them nor promise what it does not have. */
const write = (path: string): void => {
  const descriptor = openSync(path, 'w', 0o600);
  try {
    const bytes = randomFillSync(Buffer.alloc(ballastBytes));
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

const sizeOf = (path: string): { size: number; blocks: number } =>
  lstatSync(path, { throwIfNoEntry: false }) ?? { size: 0, blocks: 0 };

/** Whether the file is there in full; a sparse one holds nothing back. */
const isWhole = (path: string): boolean => {
  const { size, blocks } = sizeOf(path);
  return size === ballastBytes && blocks * blockBytes >= ballastBytes;
};

/** A file system that tells nothing of its size has room until it refuses. */
const hasRoom = (directory: string): boolean => {
  const { blocks, bavail, bsize } = statfsSync(directory);
  return blocks === 0 || bavail * bsize >= ballastBytes + slackBytes;
};

/** The ballast of a state directory: the file `ballast`, for the daemon's user only. */
export const createBallast = (directory: string): Ballast => {
  const path = join(directory, 'ballast');
  return {
    release: () =>
      cameTrue(() => {
        const { size } = sizeOf(path);
        if (size > 0) truncateSync(path, Math.max(0, size - sliceBytes));
        return size > 0;
      }),
    restore: () =>
      cameTrue(() => isWhole(path)) || (cameTrue(() => hasRoom(directory)) && cameTrue(() => write(path))),
  };
};
