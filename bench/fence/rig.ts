import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awaitPong } from '../../test/interop/rig/asf-ping.ts';
import { emulatorCommands, lanConf } from '../../test/interop/rig/ipmi-sim-config.ts';

/** One simulated BMC of the benchmark. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** How many power-offs it really carried out, by its own log. */
  powerOffs(): number;
}

export interface Rig {
  readonly targets: readonly Target[];
  stop(): Promise<void>;
}

export const user = 'admin';
export const password = 'secret';

const port = 6623;
const startLimitMs = 30_000;
const perSubnet = 250;
const powerOff = ' 0';

const buildPlugin = (folder: string): string => {
  const plugin = join(folder, 'chassis.so');
  const source = join(process.cwd(), 'bench', 'fence', 'chassis-plugin.c');
  execFileSync('gcc', ['-O2', '-shared', '-fPIC', '-o', plugin, source]);
  return plugin;
};

const hostOf = (index: number): string =>
  `127.23.${Math.floor(index / perSubnet)}.${(index % perSubnet) + 1}`;

const writeFiles = (folder: string, plugin: string, index: number): string => {
  const guid = (0x1000 + index).toString(16).padStart(32, '0');
  const users = [{ name: user, password, privilege: 'admin' as const }];
  const conf = lanConf({ host: hostOf(index), port, users, guid });
  const lines = conf.split('\n').filter((line) => !line.includes('chassis_control'));
  const log = join(folder, 'chassis.log');
  mkdirSync(join(folder, 'state'), { recursive: true });
  writeFileSync(join(folder, 'lan.conf'), [...lines, `loadlib "${plugin}" "${log}"`, ''].join('\n'));
  writeFileSync(join(folder, 'bmc.emu'), emulatorCommands([]));
  writeFileSync(log, '');
  return log;
};

/** The simulator ends with this process, whatever becomes of it. */
const startSim = (folder: string): ChildProcess =>
  spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'ipmi_sim', '-n', '-c', 'lan.conf', '-f', 'bmc.emu', '-s', 'state'],
    {
      cwd: folder,
      stdio: 'ignore',
    },
  );

const exitOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) =>
    child.exitCode === null && child.signalCode === null ? child.once('exit', () => resolve()) : resolve(),
  );

/** Starts `count` ipmi_sim processes with the chassis plug-in and waits until each answers. */
export const startRig = async (count: number): Promise<Rig> => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-bench-'));
  const plugin = buildPlugin(folder);
  const children: ChildProcess[] = [];
  const targets = Array.from({ length: count }, (_, index) => {
    const own = join(folder, String(index));
    const log = writeFiles(own, plugin, index);
    children.push(startSim(own));
    const powerOffs = () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.endsWith(powerOff)).length;
    return { host: hostOf(index), port, powerOffs };
  });
  const stop = async () => {
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(children.map(exitOf));
    rmSync(folder, { recursive: true, force: true });
  };
  const limit = AbortSignal.timeout(startLimitMs);
  for (const { host } of targets) {
    if (await awaitPong(host, port, limit)) continue;
    await stop();
    throw new Error(`ipmi_sim on ${host}:${port} did not answer; is the Debian package openipmi installed?`);
  }
  return { targets, stop };
};
