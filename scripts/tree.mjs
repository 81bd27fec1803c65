// What the other scripts know about this folder. Plain JavaScript without dependencies: it runs before npm ci.
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Written by a build that succeeded; its time is when that build began. */
export const buildMark = join(root, 'dist', '.built');

/** When a path was changed last, in milliseconds, or undefined where there is none. */
export const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

const entriesBelow = (folder, prefix = '') =>
  readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = join(prefix, entry.name);
    return entry.isDirectory()
      ? [{ path, folder: true }, ...entriesBelow(folder, path)]
      : [{ path, folder: false }];
  });

/** Every file below a folder, as paths relative to it. */
export const filesBelow = (folder) =>
  entriesBelow(folder)
    .filter((entry) => !entry.folder)
    .map((entry) => entry.path);

/** The latest change at or below a folder; folders count, for they change when a file in them is removed. */
export const newestBelow = (folder) =>
  Math.max(
    changedAt(folder) ?? 0,
    ...entriesBelow(folder).map((entry) => changedAt(join(folder, entry.path)) ?? 0),
  );
