import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const program = join(process.cwd(), 'bin', 'noroshi');
/** As in docs/noroshi.service. */
const nodeFlags = [
  '--no-allocation-site-pretenuring',
  '--v8-pool-size=1',
  '--max-semi-space-size=2',
  '--max-old-space-size=256',
];
const environment = { MALLOC_ARENA_MAX: '1' };
const startLimitMs = 20_000;

/** A line of its standard output. */
export type Line = Record<string, unknown>;

/** `noroshi` as a process of its own, with the settings of docs/noroshi.service. */
export interface Process {
  readonly child: ChildProcess;
  readonly lines: Line[];
  /** Reads no more of its lines: they would be work of ours in the middle of what is measured. */
  ignoreLines(): void;
  until(holds: (line: Line) => boolean): Promise<Line>;
  stop(): Promise<void>;
}

export const start = (args: readonly string[]): Process => {
  const child = spawn(process.execPath, [...nodeFlags, program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const lines: Line[] = [];
  const watchers = new Set<(line: Line) => void>();
  let rest = '';
  const read = (chunk: Buffer): void => {
    const parts = (rest + chunk.toString('utf8')).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const line = JSON.parse(part) as Line;
      lines.push(line);
      for (const watcher of watchers) watcher(line);
    }
  };
  child.stdout.on('data', read);
  return {
    child,
    lines,
    ignoreLines: () => void child.stdout.off('data', read).resume(),
    until: (holds) =>
      new Promise((resolve, reject) => {
        const found = lines.find(holds);
        if (found) return resolve(found);
        const limit = setTimeout(() => reject(new Error(`noroshi ${args[0]} was not ready`)), startLimitMs);
        const watcher = (line: Line) => {
          if (!holds(line)) return;
          clearTimeout(limit);
          watchers.delete(watcher);
          resolve(line);
        };
        watchers.add(watcher);
      }),
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
};

export const residentMiB = ({ child }: Process): number => {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
};

/** Clock ticks of /proc/PID/stat in a second, on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** CPU time of all its threads so far, in milliseconds. */
export const cpuMs = ({ child }: Process): number => {
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
};
