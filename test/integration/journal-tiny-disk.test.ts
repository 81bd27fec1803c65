import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { builtEvents, temporaryDirectories } from '../support/thread-journal.ts';

const directories = temporaryDirectories();
afterAll(() => directories.remove());

const script = fileURLToPath(new URL('../support/tiny-disk.mjs', import.meta.url));

/** Runs a command on a file system of 24 MiB that only it sees, and that goes with it. */
const onTinyDisk = (disk: string, command: string) =>
  spawnSync('unshare', ['-rm', 'sh', '-c', `mount -t tmpfs -o size=24m none "$0" && ${command}`, disk], {
    encoding: 'utf8',
  });

const mayMount = onTinyDisk(directories.create(), 'true').status === 0;

describe.skipIf(!mayMount)(
  'a disk that is full for real (skipped where no file system may be mounted)',
  () => {
    test('takes forced stops while something else takes every byte, and everything once there is room', () => {
      const { stdout, stderr } = onTinyDisk(
        directories.create(),
        `exec "${process.execPath}" "${script}" "${builtEvents.href}" "$0"`,
      );
      expect(stderr).toBe('');
      const { news, seqs, kept, refused, taken } = JSON.parse(stdout);
      expect(seqs.length).toBeGreaterThan(100);
      expect(kept).toEqual(seqs);
      expect(refused).toBe('journal.failed');
      expect(taken.seq).toBeGreaterThan(seqs.at(-1));
      expect(news).toEqual(['impaired fullDisk', 'recovered fullDisk']);
    });
  },
);
