import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectEngine } from '../../src/cli/engine-client.ts';
import { type Process, residentMiB, start } from '../noroshi-process.ts';
import { median } from './figures.ts';
import { password, startRig, type Target, user } from './rig.ts';

/** Figures of the real daemon, journal and socket included; times in milliseconds. */
export interface DaemonFigures {
  /** `fence.request` of one server, from the request on the socket to the durable, confirmed answer. */
  readonly warmAnswerMs: number;
  readonly coldAnswerMs: number;
  /** Resident memory with 256 BMCs and a warm session to each, after all of them were stopped. */
  readonly rssMiB256: number;
  /** What we add to a BMC of 50 ms round trip whose server takes 3 s to go off. */
  readonly slowOverheadMs: number;
}

const answers = 31;
const many = 256;
const slowRounds = 5;
const roundTripMs = 50;
const slowOffMs = 3_000;

type Address = Pick<Target, 'host' | 'port'>;

const configFor = (folder: string, targets: readonly Address[], warm: boolean): string => {
  writeFileSync(join(folder, 'pw'), password, { mode: 0o600 });
  const servers = targets.map(
    ({ host, port }, index) =>
      `  s${index}: { bmc: { model: ipmi, host: ${host}, port: ${port}, user: ${user}, passwordFile: pw, warmSession: ${warm} } }`,
  );
  return [
    ...['version: 1', 'cluster: bench', 'self: { node: bench, role: control }'],
    ...['stateDirectory: state', 'engine: { socket: engine.sock }', 'servers:', ...servers, ''],
  ].join('\n');
};

/** Runs `work` against a daemon over these BMCs. */
const withDaemon = async <Value>(
  targets: readonly Address[],
  warm: boolean,
  work: (client: Awaited<ReturnType<typeof connectEngine>>, daemon: Process) => Promise<Value>,
): Promise<Value> => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-bench-daemon-'));
  const config = join(folder, 'noroshi.yaml');
  writeFileSync(config, configFor(folder, targets, warm));
  const daemon = start(['run', '--config', config]);
  try {
    await daemon.until(({ message }) => message === 'ready');
    const client = await connectEngine(join(folder, 'engine.sock'));
    // Warm sessions open in the background.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    return await work(client, daemon);
  } finally {
    await daemon.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

type Client = Awaited<ReturnType<typeof connectEngine>>;

const ask = async (client: Client, server: string, action: 'off' | 'on'): Promise<number> => {
  const startedMs = performance.now();
  const report = await client.call('fence.request', { server, action, requester: 'bench' });
  const tookMs = performance.now() - startedMs;
  if (report.outcome !== 'confirmed' || !report.journalled) {
    throw new Error(`${server}: ${action} ${report.outcome}, journalled ${report.journalled}`);
  }
  return tookMs;
};

const answerMs = async (target: Address, warm: boolean): Promise<number> =>
  withDaemon([target], warm, async (client) => {
    const times: number[] = [];
    for (let count = 0; count < answers; count += 1) {
      times.push(await ask(client, 's0', 'off'));
      await ask(client, 's0', 'on');
    }
    return median(times);
  });

const rssMiB = (targets: readonly Address[]): Promise<number> =>
  withDaemon(targets, true, async (client, daemon) => {
    const servers = targets.map((_, index) => `s${index}`);
    for (const action of ['off', 'on'] as const) {
      await Promise.all(servers.map((server) => ask(client, server, action)));
    }
    return residentMiB(daemon);
  });

/** When the simulated server last went off, by its own word (wall clock). */
const wentOffMs = (sim: Process): number =>
  Date.parse(String(sim.lines.findLast(({ event, value }) => event === 'power' && value === 'off')?.at));

const slowOverheadMs = async (): Promise<number> => {
  const oneWay = roundTripMs / 2;
  const flags = ['--user', user, '--off-delay', String(slowOffMs), '--fault', `delay=${oneWay}`];
  process.env.NOROSHI_BENCH_PASSWORD = password;
  const sim = start(['sim', 'bmc', ...flags, '--password-env', 'NOROSHI_BENCH_PASSWORD']);
  try {
    const { host, port } = await sim.until(({ event }) => event === 'listening');
    const target = { host: String(host), port: Number(port) };
    return await withDaemon([target], false, async (client) => {
      const overheads: number[] = [];
      for (let count = 0; count < slowRounds; count += 1) {
        await ask(client, 's0', 'off');
        const answeredMs = Date.now();
        overheads.push(answeredMs - wentOffMs(sim) - roundTripMs);
        await ask(client, 's0', 'on');
      }
      return median(overheads);
    });
  } finally {
    await sim.stop();
  }
};

export const measureDaemon = async (): Promise<DaemonFigures> => {
  const rig = await startRig(many);
  try {
    const [first] = rig.targets;
    if (!first) throw new Error('the rig has no BMC');
    const warmAnswerMs = await answerMs(first, true);
    const coldAnswerMs = await answerMs(first, false);
    const rssMiB256 = await rssMiB(rig.targets);
    return { warmAnswerMs, coldAnswerMs, rssMiB256, slowOverheadMs: await slowOverheadMs() };
  } finally {
    await rig.stop();
  }
};
