import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where things lie in the installed package, seen from dist/app or src/app. */

const root = join(import.meta.dirname, '..', '..');

/** Folder of the device definitions that come with Noroshi. */
export const builtInDevices = join(root, 'devices');

/** The command itself, for processes that start others of its kind. */
export const program = join(root, 'bin', 'noroshi');

const versionIn = (manifest: unknown): string => {
  const version = (manifest as { version?: unknown }).version;
  return typeof version === 'string' ? version : 'unknown';
};

export const version = versionIn(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
