import { constants } from 'node:fs';
import { access, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, timedOut, within } from '../../core/clock.ts';
import { CodedError, messageOf } from '../../core/errors.ts';
import { fail, ok, type Result } from '../../core/result.ts';

/**
 * Looks at what a way needs, within a limit: a disk that hangs is a good reason for a final action, and must
 * not keep the next way from its turn. What failed comes back as the sentence that says so.
 */
export const inTime = async <Value>(
  clock: Clock,
  limitMs: number,
  looking: Promise<Value>,
): Promise<Result<Value, string>> => {
  try {
    const found = await within(clock, limitMs, looking);
    return found === timedOut ? fail('the disk did not answer in time') : ok(found);
  } catch (error) {
    return fail(messageOf(error));
  }
};

/** Opens a device for reading and writing and closes it again: the kernel's own answer to whether we may. */
export const tryDevice = async (device: string): Promise<void> => {
  const handle = await open(device, constants.O_RDWR | constants.O_NONBLOCK);
  await handle.close();
};

const isExecutable = async (file: string): Promise<boolean> => {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
};

/** The file that a name stands for on the search path (a name with a slash stands for itself). Rejects where there is none. */
export const findProgram = async (name: string, searchPath: string): Promise<string> => {
  const folders = searchPath.split(':').filter((folder) => folder.startsWith('/'));
  const candidates = name.includes('/') ? [name] : folders.map((folder) => join(folder, name));
  for (const file of candidates) if (await isExecutable(file)) return file;
  throw new CodedError('local.unable', `${name} is not installed where this daemon looks, or may not be run`);
};

/** What runs a script, as its first line says (execve(2)); some of the tools are scripts that call another. */
const interpreterOf = (program: Buffer): string | undefined =>
  /^#![ \t]*(\S+)/.exec(program.subarray(0, 256).toString('latin1'))?.[1];

/**
 * Finds a program and reads it once. Starting one waits, in the midst of this process, for what of its file is
 * not in memory: on a disk that hangs that would be the end of the whole chain, and here it is only a late answer.
 */
export const fetchProgram = async (name: string, searchPath: string): Promise<string> => {
  const file = await findProgram(name, searchPath);
  const interpreter = interpreterOf(await readFile(file));
  if (interpreter !== undefined) await readFile(interpreter);
  return file;
};
