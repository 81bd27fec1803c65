import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../core/result.ts';

/** A file that only this user can read, in a folder that only this user can enter. */
export interface PrivateFile {
  readonly path: string;
  /** Removes it with its folder; never throws. */
  remove(): Promise<void>;
}

const inFolder = async (parent: string, content: string): Promise<PrivateFile> => {
  const folder = await mkdtemp(join(parent, 'noroshi-'));
  const remove = () => rm(folder, { recursive: true, force: true }).catch(() => {});
  try {
    const path = join(folder, 'secret');
    await writeFile(path, content, { mode: 0o600, flag: 'wx' });
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
};

/**
 * Writes `content` to a file of mode 0600 in a new folder of mode 0700 (mkdtemp's), in the first of `parents`
 * where that works. Name folders in memory first: a forced stop must not wait for a disk.
 */
export const writePrivateFile = async (
  parents: readonly string[],
  content: string,
): Promise<Result<PrivateFile, 'nowhere'>> => {
  for (const parent of parents) {
    try {
      return ok(await inFolder(parent, content));
    } catch {
      // The next folder may do.
    }
  }
  return fail('nowhere');
};
