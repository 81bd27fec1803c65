import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/** What the thread of the journal loads when it starts. */

/** Modules that a file loads: `import type` loads none, `import { type A }` does. */
const loadedBy = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from\s+'([^']+)';$/gm)].map(
    ([, module = '']) => module,
  );

const loadedFrom = (path: string, seen = new Set<string>()): Set<string> => {
  for (const module of loadedBy(path)) {
    const loaded = module.startsWith('.') ? join(dirname(path), module) : module;
    if (seen.has(loaded)) continue;
    seen.add(loaded);
    if (module.startsWith('.')) loadedFrom(loaded, seen);
  }
  return seen;
};

const packages = (path: string): string[] =>
  [...loadedFrom(join(import.meta.dirname, '../../../src/events', path))]
    .filter((module) => !module.startsWith('/') && !module.startsWith('node:'))
    .sort();

test('the database, and no schemas: they would cost every gateway 5 MB more', () => {
  expect(packages('journal-worker.ts')).toEqual(['libsql']);
  expect(packages('journal-thread.ts'), 'the main thread has them').toContain('zod');
});
