import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { encodeV1, encodeV2 } from '../../src/snmp-trap/codec/notification-encoder.ts';

export const community = 'public';
/** The default of `traps.receiveBufferKiB`; snmptrapd gets the same. */
export const receiveBufferBytes = 4096 * 1024;

/** So many senders, each a server of its own: fewer than there may be monitors in error. */
export const sources = 300;
const firstAddress = (127 << 24) + (1 << 16) + 1;
const addressOf = (index: number): string => {
  const address = firstAddress + index;
  return [24, 16, 8, 0].map((shift) => (address >> shift) & 0xff).join('.');
};
/** Name of the server by its address, in the order in which they send. */
export const senders = new Map(
  Array.from({ length: sources }, (_, index) => [addressOf(index), `s${index}`]),
);

/** Four bytes of it are the running number. */
const stamp = Buffer.from('7a7b7c7d', 'hex');

const enterprise = '1.3.6.1.4.1.3183.1.1';
/** Temperature, threshold, upper critical going high; and its end. */
const specific = { begins: 0x01_01_09, ends: 0x01_01_89 };

/** The varbind of a PET: the time is the running number, sensor 31h, severity critical. */
const petVarbind = () => {
  const pet = Buffer.alloc(47, 1);
  stamp.copy(pet, 18);
  pet.set([0x10, 0x20, 0x31], 26);
  pet.set([0x59], 31);
  pet.set([0xc1], 46);
  return { oid: `${enterprise}.1`, value: { type: 'octetString', value: pet } } as const;
};

const traps = [specific.begins, specific.ends].map((number) =>
  encodeV1({
    ...{ community, enterprise, agentAddress: '127.1.0.1', generic: 6 },
    ...{ specific: number, uptimeTicks: 100, varbinds: [petVarbind()] },
  }),
);

/** linkDown and linkUp; the running number is the request id. */
const informs = [3, 4].map((generic) =>
  encodeV2({
    ...{ kind: 'inform', community, requestId: stamp.readUInt32BE(), uptimeTicks: 100 },
    trapOid: `1.3.6.1.6.3.1.1.5.${generic}`,
    varbinds: [{ oid: '1.3.6.1.2.1.2.2.1.1.1', value: { type: 'integer', value: 5 } }],
  }),
);

export interface Sent {
  readonly sent: number;
  readonly answered: number;
  readonly ms: number;
}

export interface Load {
  readonly kind: 'trap' | 'inform';
  readonly port: number;
  /** Traps per second; informs: how many may be unanswered at a time. */
  readonly pace: number;
  readonly count: number;
  /** How often each sender says the same before its condition ends or begins: 1 makes every one news. */
  readonly alike: number;
  /** File for the moment at which each was sent: doubles, milliseconds of CLOCK_MONOTONIC. */
  readonly times?: string;
}

export type Send = (load: Load) => Promise<Sent>;

/** Compiles the sender into a folder. */
export const createSender = (folder: string): Send => {
  const program = join(folder, 'sender');
  execFileSync('gcc', ['-O2', '-o', program, join(process.cwd(), 'bench', 'traps', 'sender.c')]);
  const runFile = promisify(execFile);
  /** No number comes twice, or a trap would be one that its sender sends again. */
  let first = 0;
  return async ({ kind, port, pace, count, alike, times = '-' }) => {
    const forms = (kind === 'trap' ? traps : informs).flatMap((datagram) => [
      datagram.toString('hex'),
      String(datagram.indexOf(stamp)),
    ]);
    const numbers = [port, pace, count, sources, alike, first].map(String);
    first += count;
    const { stdout } = await runFile(program, [kind, ...numbers, times, ...forms]);
    return JSON.parse(stdout) as Sent;
  };
};

const ticksPerSecond = 100;

/** CPU time of all threads of a process so far, in milliseconds. */
export const cpuMsOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
};

export const pause = (forMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, forMs));

/** The value below which so many of 100 lie. */
export const percentile = (values: readonly number[], percent: number): number => {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
};
