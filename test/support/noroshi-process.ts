import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { fileURLToPath } from 'node:url';
import { atEnd } from '../interop/rig/endings.ts';
import { bounded, until } from './bounded.ts';

/** The program as users start it; it runs dist/, which `npm test` builds first. */
export const noroshi = fileURLToPath(new URL('../../bin/noroshi', import.meta.url));

/** A line of JSON that the program printed. */
export type JsonLine = Readonly<Record<string, unknown>>;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `noroshi …` as a child process that goes on until it is ended. */
export interface NoroshiProcess {
  readonly pid: number;
  readonly exited: Promise<Ended>;
  running(): boolean;
  /** Every line of JSON on standard output so far. */
  lines(): readonly JsonLine[];
  /** Everything it wrote to both streams so far. */
  output(): string;
  /** The first line, past or to come, that `wanted` takes. */
  line(wanted: (line: JsonLine) => boolean, what: string, limitMs?: number): Promise<JsonLine>;
  /** One line on its standard input. */
  write(line: string): void;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM; rejects where it does not end in time, or leaves a process of its own behind. */
  stop(limitMs?: number): Promise<Ended>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<Ended>;
}

const lineLimitMs = 15_000;
const stopLimitMs = 10_000;
const leftoverLimitMs = 3_000;

const parseJson = (line: string): JsonLine | undefined => {
  try {
    return JSON.parse(line) as JsonLine;
  } catch {
    return undefined;
  }
};

const collectLines = (child: ChildProcess) => {
  const lines: JsonLine[] = [];
  const decoder = new StringDecoder();
  let output = '';
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const text = decoder.write(chunk);
    output += text;
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const line = parseJson(part);
      if (line) lines.push(line);
    }
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  return { lines, output: () => output };
};

/** Whether a process of this group lives; the group has the number of the process that leads it. */
const groupLives = (pid: number): boolean => {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
};

const signalGroup = (pid: number, name: NodeJS.Signals): void => {
  if (groupLives(pid)) process.kill(-pid, name);
};

export interface StartOptions {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where standard output goes instead of to {@link NoroshiProcess.lines}. */
  readonly outputTo?: string;
}

const spawnNoroshi = (args: readonly string[], { env, outputTo }: StartOptions): ChildProcess => {
  const file = outputTo === undefined ? undefined : openSync(outputTo, 'w');
  const child = spawn(process.execPath, [noroshi, ...args], {
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['pipe', file ?? 'pipe', 'pipe'],
  });
  if (file !== undefined) closeSync(file);
  return child;
};

/** Starts `noroshi` in a process group of its own. It is ended with the test file at the latest. */
export const startNoroshi = (args: readonly string[], options: StartOptions = {}): NoroshiProcess => {
  const child = spawnNoroshi(args, options);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${process.execPath} could not be started`);
  const { lines, output } = collectLines(child);
  child.stdin?.on('error', () => undefined);
  const running = () => child.exitCode === null && child.signalCode === null;
  // `close` comes after `exit`, once everything that was written has been read.
  const exited = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => {
      over();
      resolve({ code, signal });
    }),
  );
  const nothingLeft = () =>
    until(() => !groupLives(pid), leftoverLimitMs, `the end of every child of ${args.join(' ')}`);
  const kill = async () => {
    signalGroup(pid, 'SIGKILL');
    return exited;
  };
  const stop = async (limitMs = stopLimitMs) => {
    for (const name of ['SIGCONT', 'SIGTERM'] as const) if (running()) child.kill(name);
    try {
      const ended = await bounded(exited, limitMs, `the end of ${args.join(' ')}`);
      await nothingLeft();
      return ended;
    } catch (error) {
      await kill();
      throw error;
    }
  };
  const over = atEnd({ stop: async () => void (await stop()), kill: () => signalGroup(pid, 'SIGKILL') });
  return {
    pid,
    exited,
    running,
    lines: () => lines,
    output,
    async line(wanted, what, limitMs = lineLimitMs) {
      const look = () => {
        const found = lines.find(wanted);
        if (!found && !running()) throw new Error(`it ended without ${what}. It said: ${output()}`);
        return found;
      };
      return until(look, limitMs, what);
    },
    write: (line) => void child.stdin?.write(`${line}\n`),
    signal: (name) => void child.kill(name),
    stop,
    kill,
  };
};
