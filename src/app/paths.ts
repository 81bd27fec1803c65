import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where things lie in the installed package, seen from dist/app or src/app. */

const root = new URL('../../', import.meta.url);

/** Folder of the device definitions that come with Noroshi. */
export const builtInDevices = fileURLToPath(new URL('devices', root));

const versionIn = (manifest: unknown): string => {
  const version = (manifest as { version?: unknown }).version;
  return typeof version === 'string' ? version : 'unknown';
};

export const version = versionIn(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')));

/** The command itself, for processes that start others of its kind. */
export const program = fileURLToPath(new URL('bin/noroshi', root));
