import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Clock, timedOut, within } from '../core/clock.ts';
import { createLineSplitter } from './lines.ts';

/** A process that was started here, and that only its starter ends. */
export interface Child {
  readonly pid: number;
  /** Resolves with how it ended: an exit code, or the name of a signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Writes one line to its standard input. */
  writeLine(line: string): void;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM to the whole process group, and SIGKILL when that is not enough within `limitMs`. */
  stop(limitMs: number): Promise<void>;
}

export interface ChildOptions {
  readonly clock: Clock;
  readonly environment: NodeJS.ProcessEnv;
  /** Every line of its standard output that is valid UTF-8 and not longer than 1 MiB. */
  readonly onLine: (line: string) => void;
  /** Every such line of its standard error. */
  readonly onErrorLine: (line: string) => void;
}

const readLines = (stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void => {
  const splitter = createLineSplitter();
  stream?.on('data', (chunk: Buffer) => {
    for (const line of splitter.push(chunk)) if (line.ok) onLine(line.value);
  });
};

/** Signals the whole group, so that grandchildren do not outlive it; a group that is gone is no fault. */
const signalGroup = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(-pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

const endOf = (child: ChildProcess): Promise<number | NodeJS.Signals> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  });

/** Starts a program by its argument list (no shell) in a process group of its own. Rejects where it cannot start. */
export const startChild = async (
  file: string,
  args: readonly string[],
  { clock, environment, onLine, onErrorLine }: ChildOptions,
): Promise<Child> => {
  const child = spawn(file, args, { env: environment, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  await once(child, 'spawn');
  const pid = child.pid as number;
  const ended = endOf(child);
  readLines(child.stdout, onLine);
  readLines(child.stderr, onErrorLine);
  // A child that ended cannot be written to; its end is told by `ended`.
  child.stdin?.on('error', () => {});
  return {
    pid,
    ended,
    writeLine: (line) => void child.stdin?.write(`${line}\n`),
    signal: (name) => void child.kill(name),
    async stop(limitMs) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      signalGroup(pid, 'SIGTERM');
      if ((await within(clock, limitMs, ended)) !== timedOut) return;
      signalGroup(pid, 'SIGKILL');
      await ended;
    },
  };
};
