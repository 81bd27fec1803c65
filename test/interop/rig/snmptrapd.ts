import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from '../../support/bounded.ts';
import { peerPath } from '../../support/peers.ts';
import { atEnd } from './endings.ts';

/** Debian's snmptrapd with our MIB, on a port of 127.0.0.1. */
export interface SnmpTrapd {
  /** The notifications it logged: values by the names of our MIB, without their instance. */
  received(): Readonly<Record<string, string>>[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

export const mibFolders = [resolve('node_modules/net-snmp/lib/mibs'), resolve('mibs')].join(':');

const valuesIn = (line: string): Record<string, string> =>
  Object.fromEntries(
    line
      .split('\t')
      .map((one) => /^([\w-]+::\w+)\.0 (.*)$/.exec(one))
      .flatMap((found) => (found ? [[found[1] ?? '', found[2] ?? '']] : [])),
  );

/** `accounts` are lines of its configuration: communities and users. */
export const createSnmpTrapd = async (port: number, accounts: readonly string[]): Promise<SnmpTrapd> => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-trapd-'));
  const [config, log] = [join(folder, 'conf'), join(folder, 'log')];
  writeFileSync(config, `${accounts.join('\n')}\n`);
  writeFileSync(log, '');
  const text = () => readFileSync(log, 'utf8');
  const format = ['-F', 'trap\tFROM::agent.0 %a\tV1::specific.0 %q\tUP::time.0 %T\t%v\n'];
  const words = ['-f', '-C', '-c', config, '-A', '-Lf', log, '-n', '-Oqt', '-m', 'NOROSHI-MIB:SNMPv2-MIB'];
  let child: ChildProcess | undefined;
  let starts = 0;

  const start = async () => {
    starts += 1;
    child = spawn(peerPath('snmptrapd'), [...words, '-M', mibFolders, ...format, `udp:127.0.0.1:${port}`], {
      env: { ...process.env, SNMP_PERSISTENT_DIR: folder, SNMPCONFPATH: folder },
      stdio: 'ignore',
    });
    await until(() => text().split('NET-SNMP version').length > starts, 15_000, 'snmptrapd');
  };
  const stop = async () => {
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  atEnd({
    async stop() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
    kill: () => void child?.kill('SIGKILL'),
  });
  await start();
  return {
    start,
    stop,
    received: () =>
      text()
        .split('\n')
        .filter((line) => line.startsWith('trap\t'))
        .map(valuesIn),
  };
};
