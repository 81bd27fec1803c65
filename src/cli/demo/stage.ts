import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from '../../app/paths.ts';
import { type Clock, timedOut, within } from '../../core/clock.ts';
import { CodedError } from '../../core/errors.ts';
import { type Child, startChild } from '../../io/child.ts';
import { connectEngine, type EngineClient } from '../engine-client.ts';

/** The hardware's own account of what happened to it: the demo's witness. */
export interface Fact {
  readonly name: string;
  readonly event: string;
  /** ISO 8601 UTC. */
  readonly at?: string | undefined;
  readonly value?: unknown;
}

/** Everything the demo plays on: simulated hardware and the real daemon, each a process of its own. */
export interface Stage {
  readonly socket: string;
  readonly client: EngineClient;
  readonly sim: Child;
  readonly daemon: Child;
  /** What the simulated hardware said so far. */
  readonly facts: readonly Fact[];
  /** Sets the password that the daemon uses for its BMCs, and has it reload. */
  setPassword(password: string): Promise<void>;
  close(): Promise<void>;
}

/** The password of the simulated BMCs. */
export const rightPassword = 'beacon-on-the-hill';

const stopLimitMs = 5_000;
const startLimitMs = 15_000;
const servers = ['server1', 'server2'] as const;

interface Process {
  readonly child: Child;
  /** Resolves with the first `count` lines that `pick` picks. */
  readonly first: Promise<Record<string, unknown>[]>;
}

const parsed = (line: string): Record<string, unknown> => {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { text: line };
  }
};

/** Starts one `noroshi` process and waits for the lines that say it is ready. */
const startProcess = async (
  clock: Clock,
  args: readonly string[],
  isReady: (line: Record<string, unknown>) => boolean,
  options: { count: number; onLine?: (line: Record<string, unknown>) => void },
): Promise<Process> => {
  const ready: Record<string, unknown>[] = [];
  const complaints: string[] = [];
  let gotReady: (lines: Record<string, unknown>[]) => void = () => {};
  const first = new Promise<Record<string, unknown>[]>((resolve) => {
    gotReady = resolve;
  });
  const child = await startChild(process.execPath, [program, ...args], {
    clock,
    environment: process.env,
    onLine(text) {
      const line = parsed(text);
      options.onLine?.(line);
      if (isReady(line)) ready.push(line);
      if (ready.length === options.count) gotReady(ready);
    },
    onErrorLine: (text) => complaints.push(text),
  });
  const early = child.ended.then((how) => {
    throw new CodedError('fence.failed', `noroshi ${args[0]} ended early (${how}): ${complaints.join(' ')}`);
  });
  early.catch(() => {});
  const waited = await within(clock, startLimitMs, Promise.race([first, early])).catch(
    async (error: unknown) => {
      await child.stop(stopLimitMs);
      throw error;
    },
  );
  if (waited !== timedOut) return { child, first };
  await child.stop(stopLimitMs);
  throw new CodedError('fence.failed', `noroshi ${args[0]} was not ready within ${startLimitMs} ms`);
};

const startHardware = async (clock: Clock, folder: string, offDelayMs: number, facts: Fact[]) => {
  const bmcs = servers.map((name) => ({
    name,
    user: 'fence',
    privilege: 'operator',
    passwordFile: join(folder, 'sim.pw'),
    offDelayMs,
  }));
  const file = join(folder, 'bmcs.json');
  await writeFile(file, JSON.stringify({ bmcs }));
  const isListening = (line: Record<string, unknown>) => line.event === 'listening';
  const onLine = (line: Record<string, unknown>) => facts.push(line as unknown as Fact);
  return startProcess(clock, ['sim', 'bmc', '--file', file, '--until-stdin-ends'], isListening, {
    count: servers.length,
    onLine,
  });
};

const configText = (folder: string, ports: ReadonlyMap<unknown, unknown>): string => `version: 1
cluster: demo
self: { node: server1, role: member }
stateDirectory: ${folder}/state
engine: { socket: ${folder}/engine.sock }
servers:
${servers
  .map(
    (name) =>
      `  ${name}:\n    bmc: { model: ipmi, host: 127.0.0.1, port: ${ports.get(name)}, user: fence, passwordFile: ${folder}/bmc.pw }\n`,
  )
  .join('')}`;

const startDaemon = async (
  clock: Clock,
  folder: string,
  ports: ReadonlyMap<unknown, unknown>,
  onReload: () => void,
) => {
  const file = join(folder, 'noroshi.yaml');
  await writeFile(file, configText(folder, ports));
  const isReady = (line: Record<string, unknown>) => line.message === 'ready';
  const onLine = (line: Record<string, unknown>) => {
    if (line.message === 'the configuration was reloaded') onReload();
  };
  return startProcess(clock, ['run', '--config', file], isReady, { count: 1, onLine });
};

/** Sets the stage; what was started is ended again if any part of it fails. */
export const openStage = async (clock: Clock, offDelayMs: number): Promise<Stage> => {
  const folder = await mkdtemp(join(tmpdir(), 'noroshi-demo-'));
  const started: Child[] = [];
  const facts: Fact[] = [];
  let reloaded: () => void = () => {};
  const secret = (name: string, password: string) => writeFile(join(folder, name), password, { mode: 0o600 });
  const close = async () => {
    await Promise.all(started.map((child) => child.stop(stopLimitMs)));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all([secret('sim.pw', rightPassword), secret('bmc.pw', rightPassword)]);
    const { child: sim, first } = await startHardware(clock, folder, offDelayMs, facts);
    started.push(sim);
    const ports = new Map((await first).map(({ name, port }) => [name, port]));
    const { child: daemon } = await startDaemon(clock, folder, ports, () => reloaded());
    started.push(daemon);
    const socket = join(folder, 'engine.sock');
    const client = await connectEngine(socket);
    return {
      ...{ socket, client, sim, daemon, facts },
      async setPassword(password) {
        await secret('bmc.pw', password);
        const done = new Promise<void>((resolve) => {
          reloaded = resolve;
        });
        daemon.signal('SIGHUP');
        if ((await within(clock, startLimitMs, done)) === timedOut) {
          throw new CodedError('fence.failed', 'the daemon did not reload its configuration');
        }
      },
      async close() {
        await client.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
};
