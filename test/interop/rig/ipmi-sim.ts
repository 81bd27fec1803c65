import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerPath } from '../../support/peers.ts';
import { awaitPong, freeUdpPort } from './asf-ping.ts';
import { type ChassisSet, parseChassisLog, powerNow } from './chassis-files.ts';
import { atEnd } from './endings.ts';
import { defaultUsers, emulatorCommands, lanConf, type SimUser } from './ipmi-sim-config.ts';

export interface IpmiSimOptions {
  /** How long the server still reads as on after a power-off was accepted (default 0). */
  readonly offDelayMs?: number;
  /** K_g, at most 19 characters (ipmi_sim cuts it there). */
  readonly kg?: string;
  /** In place of admin, oper and viewer. */
  readonly users?: readonly SimUser[];
  /** 32 hex digits; random where not given. */
  readonly guid?: string;
  /** An address of 127.0.0.0/8; random where not given, so that simulators do not meet. */
  readonly host?: string;
  /** Commands of the emulator that give its BMC more, such as sensors (man ipmi_sim_cmd). */
  readonly emulator?: readonly string[];
  /** A UDP port; a free one where not given. */
  readonly port?: number;
}

/** A running ipmi_sim with a server behind it. */
export interface IpmiSim {
  readonly host: string;
  readonly port: number;
  readonly guid: string;
  readonly pid: number;
  /** admin/secret, oper/operpw, viewer/viewpw, unless other users were given. */
  readonly users: typeof defaultUsers;
  /** Everything the BMC did to the server, in order. */
  log(): ChassisSet[];
  /** The server's power as the BMC would read it now. */
  power(): 0 | 1;
  /** Freezes the BMC: its port stays open and nothing answers. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

const startLimitMs = 5_000;
const stopLimitMs = 2_000;

/** An address of this machine that hardly anybody else has taken. */
export const loopbackAddress = (): string =>
  `127.${randomInt(64, 127)}.${randomInt(256)}.${randomInt(1, 255)}`;

/** Everything ipmi_sim needs, in a folder of its own; its paths are relative, so no quoting is needed. */
const prepareFolder = (lan: string, { offDelayMs = 0, emulator = [] }: IpmiSimOptions): string => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-ipmi-sim-'));
  mkdirSync(join(folder, 'state'));
  writeFileSync(join(folder, 'lan.conf'), lan);
  writeFileSync(join(folder, 'bmc.emu'), emulatorCommands(emulator));
  writeFileSync(join(folder, 'power'), '1 0\n');
  writeFileSync(join(folder, 'off-delay'), `${Math.ceil(offDelayMs / 10)}\n`);
  writeFileSync(join(folder, 'chassis.log'), '');
  copyFileSync(join(import.meta.dirname, 'chassis-hook.sh'), join(folder, 'chassis-hook'));
  chmodSync(join(folder, 'chassis-hook'), 0o755);
  return folder;
};

/** setpriv ends the simulator with this process, whatever becomes of it; it keeps the process id. */
const spawnSim = (folder: string): ChildProcess => {
  const sim = [peerPath('ipmi_sim'), '-n', '-c', 'lan.conf', '-f', 'bmc.emu', '-s', 'state'];
  return spawn('setpriv', ['--pdeathsig', 'KILL', ...sim], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
};

const lastWords = (child: ChildProcess): (() => string) => {
  let words = '';
  const add = (chunk: Buffer) => {
    words = (words + chunk.toString('utf8')).slice(-4_000);
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => words.trim();
};

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Resolves once the simulator answers; throws with what it said where it ends or stays silent. */
const awaitAnswer = async (child: ChildProcess, host: string, port: number): Promise<void> => {
  const words = lastWords(child);
  const stop = new AbortController();
  const limit = setTimeout(() => stop.abort(), startLimitMs);
  let failure = `did not answer within ${startLimitMs} ms`;
  child.once('error', (error) => {
    failure = `could not be started (${error.message})`;
    stop.abort();
  });
  child.once('exit', (code, signal) => {
    failure = `ended with ${signal ?? `code ${code}`} instead of answering`;
    stop.abort();
  });
  const answered = await awaitPong(host, port, stop.signal);
  clearTimeout(limit);
  if (!answered) throw new Error(`ipmi_sim on ${host}:${port} ${failure}. It said: ${words() || 'nothing'}`);
};

const stopChild = async (child: ChildProcess): Promise<void> => {
  if (child.pid === undefined || ended(child)) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGCONT');
  child.kill('SIGTERM');
  const limit = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
  await gone;
  clearTimeout(limit);
};

/** Starts Debian's ipmi_sim and waits until it answers. It is stopped at the end of the test file at the latest. */
export const startIpmiSim = async (options: IpmiSimOptions = {}): Promise<IpmiSim> => {
  const host = options.host ?? loopbackAddress();
  const port = await freeUdpPort(host, options.port);
  const guid = options.guid ?? randomBytes(16).toString('hex');
  const users = options.users ?? Object.values(defaultUsers);
  const folder = prepareFolder(lanConf({ host, port, users, guid, kg: options.kg }), options);
  const child = spawnSim(folder);
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const stop = async () => {
    await stopChild(child);
    removeFolder();
    over();
  };
  const kill = () => {
    child.kill('SIGKILL');
    removeFolder();
  };
  const over = atEnd({ stop, kill });
  try {
    await awaitAnswer(child, host, port);
  } catch (error) {
    await stop();
    throw error;
  }
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  return {
    host,
    port,
    guid,
    pid: child.pid ?? 0,
    users: defaultUsers,
    log: () => parseChassisLog(read('chassis.log')),
    power: () => powerNow(read('power'), readFileSync('/proc/uptime', 'utf8')),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    stop,
  };
};
