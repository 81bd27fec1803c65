import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Line, type Process, start } from '../noroshi-process.ts';

/** Simulated BMCs in processes of their own, and what they saw of sessions. */
export interface Sims {
  readonly targets: readonly { readonly host: string; readonly port: number }[];
  opened(): number;
  /** Sessions that are open now, by the word of the BMCs. */
  open(): number;
  stop(): Promise<void>;
}

const port = 6623;
const perProcess = 63;
const perSubnet = 250;

const hostOf = (index: number): string =>
  `127.24.${Math.floor(index / perSubnet)}.${(index % perSubnet) + 1}`;

const startSome = async (folder: string, first: number, count: number, user: string): Promise<Process> => {
  const bmcs = Array.from({ length: count }, (_, index) => ({
    name: `s${first + index}`,
    ...{ host: hostOf(first + index), port, user, passwordEnv: 'NOROSHI_BENCH_PASSWORD' },
  }));
  const file = join(folder, `bmcs-${first}.json`);
  writeFileSync(file, JSON.stringify({ bmcs }));
  const process = start(['sim', 'bmc', '--file', file, '--until-stdin-ends']);
  await process.until(({ event, name }) => event === 'listening' && name === `s${first + count - 1}`);
  return process;
};

/** Starts `count` BMCs that know `user` with `password`. */
export const startSims = async (
  folder: string,
  count: number,
  { user, password }: { readonly user: string; readonly password: string },
): Promise<Sims> => {
  process.env.NOROSHI_BENCH_PASSWORD = password;
  const processes: Process[] = [];
  for (let first = 0; first < count; first += perProcess) {
    processes.push(await startSome(folder, first, Math.min(perProcess, count - first), user));
  }
  const tally = (event: string): number =>
    processes.reduce((sum, { lines }) => sum + lines.filter((line: Line) => line.event === event).length, 0);
  return {
    targets: Array.from({ length: count }, (_, index) => ({ host: hostOf(index), port })),
    opened: () => tally('sessionOpened'),
    open: () => tally('sessionOpened') - tally('sessionClosed'),
    async stop() {
      await Promise.all(processes.map((process) => process.stop()));
    },
  };
};
