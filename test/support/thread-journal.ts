import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalOptions } from '../../src/events/journal-thread.ts';

/** Where the built events room is: a worker thread cannot run TypeScript. `npm test` builds it first. */
export const builtEvents = new URL('../../dist/events/', import.meta.url);

/** Opens the real journal, as built. Its errors are of the built class: match them by `code`. */
export const openThreadJournal = async (options: JournalOptions) => {
  const built = (await import(
    new URL('journal-thread.js', builtEvents).href
  )) as typeof import('../../src/events/journal-thread.ts');
  return built.openJournal(options);
};

export const roomyRetention = { maxAgeDays: 30, maxSizeMiB: 64 };

/** Directories for one test file; `remove` belongs in its afterAll. */
export const temporaryDirectories = () => {
  const made: string[] = [];
  return {
    create(): string {
      const path = mkdtempSync(join(tmpdir(), 'noroshi-journal-'));
      made.push(path);
      return path;
    },
    remove(): void {
      for (const path of made) rmSync(path, { recursive: true, force: true });
    },
  };
};
