import { type ChildProcess, spawn } from 'node:child_process';
import type { CallOffSignal } from '../core/call-off.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';

/**
 * How a program that was run to its end came to that end. Only `notStarted` is certain to have done nothing:
 * after `limit`, `calledOff` and `flooded` its whole process group was killed, at whatever point it was.
 */
export type ProgramEnd =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly name: NodeJS.Signals }
  | { readonly kind: 'limit' | 'calledOff' | 'flooded' }
  | { readonly kind: 'notStarted'; readonly message: string };

export interface ProgramRun {
  readonly end: ProgramEnd;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly clock: Clock;
  /** The whole environment of the program: nothing of our own is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** After this many milliseconds the process group is killed. */
  readonly limitMs: number;
  /** Kills the process group at once. */
  readonly signal?: CallOffSignal | undefined;
  /** Bytes of output, of both streams together, beyond which it is killed (default 64 KiB). */
  readonly maxOutputBytes?: number;
  /** Called once the program runs; must not throw. */
  readonly onStarted?: () => void;
}

const defaultOutputBytes = 64 * 1024;
/**
 * How long after its end, in milliseconds, we wait for a program's last output, and for a killed one to be
 * gone. A descendant in a session of its own can hold the pipes, and the kernel a process that cannot die.
 */
const lingerMs = 100;

/** Kills the whole group, also what the program left behind; a group that is gone is no fault. */
const killGroup = ({ pid }: ChildProcess): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: nobody is left. EPERM: what is left changed its user, and is not ours to end.
  }
};

/** Collects both streams; calls `onFlood` once where they go beyond the limit, and keeps no more. */
const collect = (child: ChildProcess, limitBytes: number, onFlood: () => void) => {
  const chunks: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  let bytes = 0;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (chunk: Buffer) => {
      if (bytes <= limitBytes) chunks[name].push(chunk.subarray(0, limitBytes - bytes));
      const flooded = bytes <= limitBytes && bytes + chunk.length > limitBytes;
      bytes += chunk.length;
      if (flooded) onFlood();
    });
    child[name]?.on('error', () => {});
  }
  return (name: 'stdout' | 'stderr') => Buffer.concat(chunks[name]).toString('utf8');
};

const spawnGroup = (argv: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess => {
  const [file = '', ...args] = argv;
  return spawn(file, args, {
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
};

const watch = (child: ChildProcess, options: ProgramOptions): Promise<ProgramRun> =>
  new Promise((resolve) => {
    const { clock, limitMs, signal, maxOutputBytes = defaultOutputBytes, onStarted } = options;
    let end: ProgramEnd | undefined;
    let linger: Timer | undefined;
    const timer = clock.after(limitMs, () => kill({ kind: 'limit' }));
    const callOff = () => kill({ kind: 'calledOff' });
    const output = collect(child, maxOutputBytes, () => kill({ kind: 'flooded' }));

    const finish = () => {
      timer.cancel();
      linger?.cancel();
      signal?.forget(callOff);
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve({
        end: end ?? { kind: 'signal', name: 'SIGKILL' },
        stdout: output('stdout'),
        stderr: output('stderr'),
      });
    };
    const kill = (why: ProgramEnd) => {
      end ??= why;
      killGroup(child);
      linger ??= clock.after(lingerMs, finish);
    };
    if (onStarted) child.once('spawn', onStarted);
    child.once('exit', (code, name) =>
      kill(code === null ? { kind: 'signal', name: name ?? 'SIGKILL' } : { kind: 'exit', code }),
    );
    child.once('close', finish);
    child.once('error', (error) => {
      if (child.pid !== undefined) return;
      end = { kind: 'notStarted', message: error.message };
      finish();
    });
    signal?.listen(callOff);
  });

/**
 * Runs a program by its argument list (no shell) in a process group of its own, with nothing on its standard
 * input, until it ends, its time is up, it is called off, or it writes too much. Never rejects, and leaves
 * nobody of the group alive.
 */
export const runProgram = async (argv: readonly string[], options: ProgramOptions): Promise<ProgramRun> => {
  if (options.signal?.calledOff) {
    return { end: { kind: 'notStarted', message: 'it was called off' }, stdout: '', stderr: '' };
  }
  try {
    return await watch(spawnGroup(argv, options.environment), options);
  } catch (error) {
    return { end: { kind: 'notStarted', message: messageOf(error) }, stdout: '', stderr: '' };
  }
};
