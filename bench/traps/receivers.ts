import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startDaemon } from './daemon.ts';
import { community, pause, receiveBufferBytes } from './rig.ts';

/** A receiver of traps as a process. */
export interface Receiver {
  readonly pid: number;
  readonly port: number;
  /** Traps it has dealt with so far. */
  handled(): Promise<number>;
  stop(): Promise<void>;
}

export const receiverNames = ['floor', 'receiver', 'daemon', 'snmptrapd'] as const;
export type ReceiverName = (typeof receiverNames)[number];

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => child.once('exit', () => resolve()));

/** A bare socket, or our receiver with nothing behind it. */
const startRunner = async (which: 'floor' | 'receiver', folder: string): Promise<Receiver> => {
  const state = mkdtempSync(join(folder, 'state-'));
  const script = join(process.cwd(), 'dist-bench', 'bench', 'traps', 'runner.js');
  const child = spawn(process.execPath, [script, which, state], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, number>> => JSON.parse((await lines.next()).value ?? '{}');
  const { port = 0 } = await next();
  return {
    ...{ pid: child.pid ?? 0, port },
    async handled() {
      child.stdin.write('\n');
      return (await next()).handled ?? 0;
    },
    async stop() {
      child.stdin.end();
      await ended(child);
    },
  };
};

/** Stands before each trap in the file, and nowhere else: a long value goes over several lines. */
const mark = '@';

/** Counts the traps in a file that grows. */
const trapCounter = (path: string): (() => number) => {
  const chunk = Buffer.alloc(1024 * 1024);
  let traps = 0;
  let at = 0;
  return () => {
    const file = openSync(path, 'r');
    for (let read = readSync(file, chunk, 0, chunk.length, at); read > 0; ) {
      at += read;
      for (let from = chunk.indexOf(mark); from >= 0 && from < read; from = chunk.indexOf(mark, from + 1))
        traps += 1;
      read = readSync(file, chunk, 0, chunk.length, at);
    }
    closeSync(file);
    return traps;
  };
};

const peerPort = 20_162;

/** Debian's snmptrapd: one short line for each trap into a file, no names resolved, the same receive buffer. */
const startSnmptrapd = async (parent: string): Promise<Receiver> => {
  const folder = mkdtempSync(join(parent, 'snmptrapd-'));
  const config = join(folder, 'snmptrapd.conf');
  const log = join(folder, 'traps.log');
  const lines = [
    `authCommunity log ${community}`,
    `serverRecvBuf ${receiveBufferBytes}`,
    `format1 ${mark}%N %w %q %v\\n`,
    `format2 ${mark}%v\\n`,
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  writeFileSync(log, '');
  const words = ['-f', '-n', '-C', '-c', config, '-Lf', log, '-m', '', `udp:127.0.0.1:${peerPort}`];
  const child = spawn('/usr/sbin/snmptrapd', words, {
    stdio: 'ignore',
    env: { ...process.env, SNMP_PERSISTENT_DIR: folder },
  });
  await pause(1_000);
  if (child.exitCode !== null) throw new Error(`snmptrapd ended: ${readFileSync(log, 'utf8')}`);
  const count = trapCounter(log);
  return {
    ...{ pid: child.pid ?? 0, port: peerPort },
    handled: async () => count(),
    async stop() {
      child.kill('SIGTERM');
      await ended(child);
    },
  };
};

export const startReceiver = (name: ReceiverName, folder: string): Promise<Receiver> => {
  switch (name) {
    case 'floor':
    case 'receiver':
      return startRunner(name, folder);
    case 'daemon':
      return startDaemon(folder);
    case 'snmptrapd':
      return startSnmptrapd(folder);
  }
};
