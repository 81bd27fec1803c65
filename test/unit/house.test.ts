import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { violations } from '../support/house-rules.ts';

const root = join(import.meta.dirname, '..', '..');

const sources = (): Map<string, string> => {
  const entries = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /\.[cm]?tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [relative(root, path), readFileSync(path, 'utf8')]));
};

test('src/ keeps the rules of the house', () => {
  const files = sources();
  expect(files.has('src/core/clock.ts'), 'the sources were found').toBe(true);
  expect(violations(files)).toEqual([]);
});
