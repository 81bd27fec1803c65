import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import type { BmcFact } from '../../src/sim/bmc/facts.ts';
import { type SimBmc, type SimBmcOptions, startSimBmc } from '../../src/sim/bmc/server.ts';
import { peerPath } from '../support/peers.ts';
import { atEnd } from './rig/endings.ts';
import { type RunResult, run } from './rig/run.ts';

/** An account and how a tool is to log in with it. */
export interface Login {
  readonly user: string;
  readonly password: string;
  /** ipmitool's -L and FreeIPMI's -l; default the tool's own (administrator, operator). */
  readonly level?: string;
  readonly kg?: string;
}

/** 20 bytes: the longest password there is. */
export const admin: Login = { user: 'admin', password: 'twenty-bytes-long-pw' };
export const viewer: Login = { user: 'viewer', password: 'viewpw', level: 'USER' };
export const guid = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

/** A simulated BMC on a free port, with what happened to it. */
export interface Subject extends SimBmc {
  facts(): string[];
}

export const startSubject = async (options: Partial<SimBmcOptions> = {}): Promise<Subject> => {
  const facts: BmcFact[] = [];
  const bmc = await startSimBmc({
    clock: systemClock,
    guid,
    users: [
      { name: admin.user, password: new Secret(admin.password) },
      { name: viewer.user, password: new Secret(viewer.password), privilege: 'user' },
    ],
    machine: { offDelayMs: 400, onDelayMs: 200 },
    onFact: (fact) => facts.push(fact),
    ...options,
  });
  const close = () => void bmc.close();
  atEnd({ stop: () => bmc.close(), kill: close });
  const told = (fact: BmcFact) => ('value' in fact ? `${fact.what} ${fact.value}` : fact.what);
  return { ...bmc, facts: () => facts.map(told).filter((text) => !text.startsWith('session')) };
};

const timeoutMs = 10_000;

/** Runs ipmitool over RMCP+; `suite` undefined leaves the choice to it. The password goes by environment. */
export const ipmitool = (
  { host, port }: Subject,
  suite: number | undefined,
  words: string,
  { user, password, level, kg }: Login = admin,
): Promise<RunResult> => {
  const options = [
    ...(suite === undefined ? [] : ['-C', String(suite)]),
    ...(level === undefined ? [] : ['-L', level]),
    ...(kg === undefined ? [] : ['-K']),
  ];
  const where = ['-I', 'lanplus', '-H', host, '-p', String(port), '-U', user, '-E'];
  const env = { IPMI_PASSWORD: password, IPMITOOL_PASSWORD: password, IPMI_KGKEY: kg ?? '' };
  return run([peerPath('ipmitool'), ...where, ...options, ...words.split(' ')], { env, timeoutMs });
};

/** Runs a program of FreeIPMI over RMCP+; secrets go by a configuration file of mode 600. */
export const freeipmi = async (
  program: 'ipmipower' | 'ipmi-chassis' | 'ipmi-sensors' | 'ipmi-sel',
  { host, port }: Subject,
  suite: number,
  words: string,
  { user, password, level, kg }: Login = admin,
): Promise<RunResult> => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-freeipmi-'));
  const file = join(folder, 'freeipmi.conf');
  const lines = [`username ${user}`, `password ${password}`, ...(kg === undefined ? [] : [`k_g ${kg}`])];
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  const where = ['--config-file', file, '-D', 'LAN_2_0', '-h', `${host}:${port}`, '-I', String(suite)];
  // The programs that read sensor records keep them in a folder; without one of its own it would be the user's.
  const keepsRecords = program === 'ipmi-sensors' || program === 'ipmi-sel';
  const options = [
    ...(level === undefined ? [] : ['-l', level]),
    ...(keepsRecords ? [`--sdr-cache-directory=${folder}`, '--quiet-cache'] : []),
  ];
  try {
    return await run([peerPath(program), ...where, ...options, ...words.split(' ')], { timeoutMs });
  } finally {
    rmSync(folder, { recursive: true });
  }
};
