import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerRow } from '../../src/bridge/engine/services.ts';
import { connectEngine } from '../../src/cli/engine-client.ts';
import { median, round } from '../fence/figures.ts';
import { ipmipowerStat } from '../fence/peers.ts';
import { password, user } from '../fence/rig.ts';
import { cpuMs, type Process, residentMiB, start } from '../noroshi-process.ts';
import { type Sims, startSims } from './sims.ts';

/**
 * `npm run bench:presence [-- --json] [-- --n 500] [-- --seconds 60]`: every BMC rehearsed each 10 s by the real daemon,
 * beside one look of FreeIPMI's ipmipower at the same BMCs.
 */

const option = (name: string, usual: number): number => {
  const at = process.argv.indexOf(name);
  return at < 0 ? usual : Number(process.argv[at + 1]);
};

const intervalSeconds = 10;
const peerRounds = 5;
/** The thorough look after the start, and the compiler, are over by then. */
const warmUpMs = 30_000;
const goodbyesMs = 1_000;

const count = option('--n', 500);
const seconds = option('--seconds', 60);

const pause = (forMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, forMs));

const configFor = (folder: string, { targets }: Sims): string => {
  writeFileSync(join(folder, 'pw'), password, { mode: 0o600 });
  const bmc = (host: string, port: number) => ({
    model: 'ipmi',
    host,
    port,
    user,
    cipherSuites: [3],
    passwordFile: 'pw',
  });
  const servers = targets.map(({ host, port }, index) => [`s${index}`, { bmc: bmc(host, port) }]);
  return JSON.stringify({
    ...{ version: 1, cluster: 'bench', self: { node: 'bench', role: 'control' }, stateDirectory: 'state' },
    ...{
      engine: { socket: 'engine.sock' },
      readiness: { intervalSeconds },
      servers: Object.fromEntries(servers),
    },
  });
};

/** Looks at the memory each second until `untilMs` passed; answers the most that was seen. */
const mostResident = async (daemon: Process, forSeconds: number): Promise<number> => {
  let most = 0;
  for (let second = 0; second < forSeconds; second += 1) {
    await pause(1_000);
    most = Math.max(most, residentMiB(daemon));
  }
  return most;
};

const unready = async (socket: string): Promise<number> => {
  const client = await connectEngine(socket);
  const rows: readonly ServerRow[] = await client.call('server.list', {});
  await client.close();
  return rows.filter(({ ready }) => ready !== 'yes').length;
};

const measure = async (folder: string, sims: Sims) => {
  const config = join(folder, 'noroshi.yaml');
  writeFileSync(config, configFor(folder, sims));
  const daemon = start(['run', '--config', config]);
  try {
    await daemon.until(({ message }) => message === 'ready');
    await pause(warmUpMs);
    const before = { cpu: cpuMs(daemon), opened: sims.opened(), ms: performance.now() };
    const rssMiB = await mostResident(daemon, seconds);
    const tookMs = performance.now() - before.ms;
    const usedMs = cpuMs(daemon) - before.cpu;
    const checks = sims.opened() - before.opened;
    const notReady = await unready(join(folder, 'engine.sock'));
    return { tookMs, usedMs, checks, rssMiB, notReady };
  } finally {
    await daemon.stop();
  }
};

const folder = mkdtempSync(join(tmpdir(), 'noroshi-bench-presence-'));
const sims = await startSims(folder, count, { user, password });
const ours = await measure(folder, sims);
await pause(goodbyesMs);
const sessionsLeft = sims.open();
const peer: number[] = [];
for (let run = 0; run < peerRounds; run += 1) {
  const { cpuMs: spentMs, exitCode } = await ipmipowerStat(folder, sims.targets);
  if (exitCode !== 0) throw new Error(`ipmipower ended with ${exitCode}`);
  peer.push(spentMs / count);
}
await sims.stop();
rmSync(folder, { recursive: true, force: true });

const cpuPerCheckMs = ours.usedMs / ours.checks;
const ipmipowerCpuMs = median(peer);
const figures = round({
  n: count,
  intervalSeconds,
  checks: ours.checks,
  /** Of one core, all threads of the daemon. */
  cpuPercent: (100 * ours.usedMs) / ours.tookMs,
  cpuPerCheckMs,
  ipmipowerCpuMs,
  cpuRatio: cpuPerCheckMs / ipmipowerCpuMs,
  rssMB: (ours.rssMiB * 1024 * 1024) / 1e6,
  notReady: ours.notReady,
  sessionsLeft,
});
if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
else console.table([figures]);
process.exit(0);
