import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a small file so that after a power cut it is the old one or the new one, never a part: written beside it,
 * flushed, renamed, and the folder flushed. Rejects with the system's error.
 */
export const replaceFile = async (path: string, content: string, mode = 0o600): Promise<void> => {
  const beside = `${path}.new`;
  const file = await open(beside, 'w', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};
