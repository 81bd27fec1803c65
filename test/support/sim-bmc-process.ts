import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPassword } from '../../src/sim/bmc/options.ts';
import { until } from './bounded.ts';
import type { BmcAccess } from './daemon.ts';
import { type JsonLine, type NoroshiProcess, startNoroshi } from './noroshi-process.ts';

/** Options of one simulated BMC, as `noroshi sim bmc --file` takes them. */
export interface SimSpec {
  readonly name: string;
  readonly privilege?: string;
  readonly passwordFile?: string;
  readonly kgFile?: string;
  readonly offDelayMs?: number;
  readonly onDelayMs?: number;
  readonly suites?: readonly number[];
  readonly slots?: number;
  readonly sessionIdleMs?: number;
}

/** A change of the power of one simulated server, as the simulator wrote it down. */
export interface PowerChange {
  readonly atMs: number;
  readonly power: 'on' | 'off';
}

/** Simulated BMCs in a process of their own: they outlive every daemon. */
export interface SimBmcs {
  readonly process: NoroshiProcess;
  /** How a configuration reaches one of them. */
  access(name: string): BmcAccess;
  /** What one of them did, oldest first: `{event, at, …}`. */
  facts(name: string): readonly JsonLine[];
  powerChanges(name: string): PowerChange[];
  /** Changes one while it runs; resolves when that is done. */
  set(name: string, change: { readonly frozen?: boolean; readonly power?: 'on' | 'off' }): Promise<void>;
}

const controlLimitMs = 5_000;

const isListening =
  (name: string) =>
  (line: JsonLine): boolean =>
    line.name === name && line.event === 'listening';

/** Starts the process, and waits until every BMC listens; answers what each of them said then. */
const startListening = async (specs: readonly SimSpec[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-sim-'));
  const file = join(folder, 'bmcs.json');
  writeFileSync(file, JSON.stringify({ bmcs: specs }));
  try {
    const simulator = startNoroshi(['sim', 'bmc', '--file', file, '--until-stdin-ends']);
    const listening = new Map<string, JsonLine>();
    for (const { name } of specs) {
      listening.set(name, await simulator.line(isListening(name), `${name} to listen`));
    }
    return { simulator, listening };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Starts `noroshi sim bmc` with these BMCs; resolves when all of them listen. */
export const startSimBmcs = async (specs: readonly SimSpec[]): Promise<SimBmcs> => {
  const { simulator, listening } = await startListening(specs);
  const facts = (name: string) => simulator.lines().filter((line) => line.name === name);
  const obeyed = (name: string) => facts(name).filter(({ event }) => event === 'ok').length;
  return {
    process: simulator,
    facts,
    access(name) {
      const { host, port } = listening.get(name) ?? {};
      return { host: String(host), port: Number(port), user: 'admin', password: defaultPassword };
    },
    powerChanges: (name) =>
      facts(name)
        .filter(({ event }) => event === 'power')
        .map(({ at, value }) => ({ atMs: Date.parse(String(at)), power: value === 'on' ? 'on' : 'off' })),
    async set(name, change) {
      const before = obeyed(name);
      simulator.write(JSON.stringify({ name, set: change }));
      await until(() => obeyed(name) > before, controlLimitMs, `${name} to change`);
    },
  };
};
