import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureDaemon } from './daemon.ts';
import { type Figures, median, round } from './figures.ts';
import { measureFloor } from './floor.ts';
import { type Ours, type Round, startOurs } from './ours.ts';
import { fenceIpmilan, ipmipower, ipmitool, type PeerRun } from './peers.ts';
import { type Rig, startRig } from './rig.ts';

/** `npm run bench:fence [-- --json] [-- --n 1,64,256] [-- --no-daemon]`: our forced stops beside those of other programs. */

const repetitions: Readonly<Record<number, number>> = { 1: 41, 64: 25, 256: 15 };
const fewest = 9;
/** Forced stops before the first measured one: the engine compiles what it has run for some time. */
const warmUpStops = 1_500;
const mostWarmUps = 30;
/** Tools that start a process per BMC are run this often. */
const slowRepetitions = 2;
/** fence_ipmilan takes 20 s for 256 BMCs; the figure adds nothing. */
const mostForFenceIpmilan = 64;
const warmUpMs = 2_000;

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};

const pause = (forMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, forMs));

const mustSucceed = ({ exitCode, ...run }: PeerRun, program: string): PeerRun => {
  if (exitCode !== 0) throw new Error(`${program} ended with ${exitCode}`);
  return { exitCode, ...run };
};

/** One round of each, in turn, so that all meet the same machine. */
const interleave = async (rig: Rig, folder: string, cold: Ours, warm: Ours, rounds: number) => {
  const times = { cold: [] as Round[], warm: [] as Round[], peer: [] as PeerRun[] };
  for (let count = 0; count < rounds; count += 1) {
    times.warm.push(await warm.stopAll());
    await warm.startAll();
    times.cold.push(await cold.stopAll());
    await cold.startAll();
    times.peer.push(mustSucceed(await ipmipower(folder, rig.targets, 'off'), 'ipmipower'));
    await warm.startAll();
  }
  return times;
};

const slowPeers = async (rig: Rig, warm: Ours): Promise<Pick<Figures, 'ipmitoolMs' | 'fenceIpmilanMs'>> => {
  const walls = { ipmitool: [] as number[], fence: [] as number[] };
  for (let count = 0; count < slowRepetitions; count += 1) {
    walls.ipmitool.push(mustSucceed(await ipmitool(rig.targets), 'ipmitool').wallMs);
    await warm.startAll();
    if (rig.targets.length > mostForFenceIpmilan) continue;
    walls.fence.push(mustSucceed(await fenceIpmilan(rig.targets), 'fence_ipmilan').wallMs);
    await warm.startAll();
  }
  const fenceIpmilanMs = walls.fence.length > 0 ? { fenceIpmilanMs: median(walls.fence) } : {};
  return { ipmitoolMs: median(walls.ipmitool), ...fenceIpmilanMs };
};

const warmUp = async (ours: Ours, rounds: number): Promise<void> => {
  for (let count = 0; count < rounds; count += 1) {
    await ours.stopAll();
    await ours.startAll();
  }
};

const measure = async (n: number, folder: string): Promise<Figures> => {
  const rounds = repetitions[n] ?? fewest;
  const rig = await startRig(n);
  try {
    const floorMs = median(await measureFloor(rig.targets, rounds));
    const cold = await startOurs(rig.targets, false);
    const warm = await startOurs(rig.targets, true);
    await pause(warmUpMs);
    for (const ours of [warm, cold]) await warmUp(ours, Math.min(mostWarmUps, Math.ceil(warmUpStops / n)));
    const times = await interleave(rig, folder, cold, warm, rounds);
    const slow = await slowPeers(rig, warm);
    await Promise.all([cold.close(), warm.close()]);
    const wall = (runs: readonly { wallMs: number }[]) => median(runs.map(({ wallMs }) => wallMs));
    const cpu = (runs: readonly { cpuMs: number }[]) => median(runs.map(({ cpuMs }) => cpuMs)) / n;
    const packets = (runs: readonly Round[]) => median(runs.map((run) => run.packets));
    const [warmMs, coldMs, ipmipowerMs] = [wall(times.warm), wall(times.cold), wall(times.peer)];
    const [warmCpuMs, coldCpuMs, ipmipowerCpuMs] = [cpu(times.warm), cpu(times.cold), cpu(times.peer)];
    return round({
      ...{ n, warmMs, coldMs, ipmipowerMs, warmRatio: warmMs / ipmipowerMs, coldRatio: coldMs / ipmipowerMs },
      ...{ cpuRatio: warmCpuMs / ipmipowerCpuMs, floorMs, warmCpuMs, coldCpuMs, ipmipowerCpuMs },
      ...{ warmPackets: packets(times.warm), coldPackets: packets(times.cold), ...slow },
    });
  } finally {
    await rig.stop();
  }
};

const folder = mkdtempSync(join(tmpdir(), 'noroshi-bench-run-'));
const counts = (option('--n') ?? '1,64,256').split(',').map(Number);
const all: Figures[] = [];
for (const n of counts) {
  const figures = await measure(n, folder);
  all.push(figures);
  if (!process.argv.includes('--json')) console.table([figures]);
}
rmSync(folder, { recursive: true, force: true });
const daemon = process.argv.includes('--no-daemon') ? undefined : round(await measureDaemon());
if (process.argv.includes('--json')) console.log(JSON.stringify({ fence: all, daemon }));
else if (daemon) console.table([daemon]);
process.exit(0);
