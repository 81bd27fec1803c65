import { type ChildProcess, spawn } from 'node:child_process';
import { atEnd } from './endings.ts';

export interface RunOptions {
  /** Added to this process's environment: the place for passwords. */
  readonly env?: Readonly<Record<string, string>>;
  /** After this the whole process group is killed (default 20 s). */
  readonly timeoutMs?: number;
  /** Written to standard input, which is then closed. */
  readonly input?: string;
}

/** How a program ended. A stream that was longer than 1 MiB is cut there. */
export interface RunResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
  readonly timedOut: boolean;
}

const outputLimit = 1024 * 1024;

/** Collects a stream's first bytes and drops the rest, so that the program never blocks on it. */
const collect = (stream: NodeJS.ReadableStream | null): (() => string) => {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on('data', (chunk: Buffer) => {
    const kept = chunk.subarray(0, Math.max(0, outputLimit - size));
    size += kept.length;
    if (kept.length > 0) chunks.push(kept);
  });
  return () => Buffer.concat(chunks).toString('utf8');
};

const killGroup = (child: ChildProcess): void => {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
};

const feed = (child: ChildProcess, input: string | undefined): void => {
  // A program that does not read its input closes the pipe; how it ended is told by its code.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input ?? '');
};

/** Runs a program to its end and says how it ended; rejects only where it cannot be started. */
export const run = (argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<RunResult> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const [program, ...args] = argv;
    const child = spawn(program, args, {
      env: { ...process.env, ...options.env },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, options.timeoutMs ?? 20_000);
    const over = atEnd({ stop: async () => killGroup(child), kill: () => killGroup(child) });
    child.on('error', (error) => {
      clearTimeout(timer);
      over();
      reject(new Error(`${program} could not be started: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      over();
      const ms = performance.now() - startedAt;
      resolve({ code, signal, stdout: stdout(), stderr: stderr(), ms, timedOut });
    });
    feed(child, options.input);
  });
