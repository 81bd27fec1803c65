import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { encodeV1, encodeV2 } from '../../src/snmp-trap/codec/notification-encoder.ts';

export const community = 'public';
/** The default of `traps.receiveBufferKiB`; snmptrapd gets the same. */
export const receiveBufferBytes = 4096 * 1024;

const sources = 64;
export const sourceAddresses = Array.from({ length: sources }, (_, index) => `127.1.0.${index + 1}`);

/** Four bytes of it are the running number. */
const stamp = Buffer.from('7a7b7c7d', 'hex');

interface Template {
  readonly hex: string;
  readonly stampAt: number;
}

const templateOf = (datagram: Buffer): Template => ({
  hex: datagram.toString('hex'),
  stampAt: datagram.indexOf(stamp),
});

/** A PET of 47 bytes, whose time stamp is the running number: no two are the same. */
const petTrap = (): Template => {
  const pet = Buffer.alloc(47, 1);
  stamp.copy(pet, 18);
  return templateOf(
    encodeV1({
      ...{ community, enterprise: '1.3.6.1.4.1.3183.1.1', agentAddress: '127.1.0.1', generic: 6 },
      ...{ specific: 356_224, uptimeTicks: 100 },
      varbinds: [{ oid: '1.3.6.1.4.1.3183.1.1.1', value: { type: 'octetString', value: pet } }],
    }),
  );
};

const inform = (): Template =>
  templateOf(
    encodeV2({
      ...{ kind: 'inform', community, requestId: stamp.readUInt32BE(), uptimeTicks: 100 },
      trapOid: '1.3.6.1.6.3.1.1.5.3',
      varbinds: [{ oid: '1.3.6.1.2.1.2.2.1.1.1', value: { type: 'integer', value: 5 } }],
    }),
  );

export interface Sent {
  readonly sent: number;
  readonly answered: number;
  readonly ms: number;
}

/** Sends traps at a rate (per second), or informs with so many unanswered at a time. */
export type Send = (kind: 'trap' | 'inform', port: number, pace: number, count: number) => Promise<Sent>;

/** Compiles the sender into a folder. */
export const createSender = (folder: string): Send => {
  const program = join(folder, 'sender');
  execFileSync('gcc', ['-O2', '-o', program, join(process.cwd(), 'bench', 'traps', 'sender.c')]);
  const templates = { trap: petTrap(), inform: inform() };
  const runFile = promisify(execFile);
  return async (kind, port, pace, count) => {
    const { hex, stampAt } = templates[kind];
    const numbers = [port, pace, count, sources, stampAt].map(String);
    const { stdout } = await runFile(program, [kind, ...numbers, hex]);
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
