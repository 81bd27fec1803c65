import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atEnd } from '../interop/rig/endings.ts';
import { peerPath } from './peers.ts';

/** What can be wrong with the disk; see ill-disk.c, which says what each comes to. */
export type Illness = 'hang' | 'full' | 'exhausted' | 'readonly';

/** A disk below one path that falls ill and recovers on demand, for processes started with `env`. */
export interface IllDisk {
  readonly env: Readonly<Record<string, string>>;
  befall(illness: Illness): void;
  heal(illness: Illness): void;
}

const source = fileURLToPath(new URL('./ill-disk.c', import.meta.url));

/** Compiles the library (a second or so) and answers the disk; it goes with the test file. */
export const createIllDisk = (path: string): IllDisk => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-disk-'));
  atEnd({
    stop: async () => undefined,
    kill: () => rmSync(folder, { recursive: true, force: true }),
  });
  const library = join(folder, 'ill-disk.so');
  execFileSync(peerPath('gcc'), ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']);
  return {
    env: { LD_PRELOAD: library, ILL_DISK_CONTROL: folder, ILL_DISK_PATH: path },
    befall: (illness) => writeFileSync(join(folder, illness), ''),
    heal: (illness) => rmSync(join(folder, illness), { force: true }),
  };
};
