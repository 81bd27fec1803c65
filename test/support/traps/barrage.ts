import { createSocket, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createRandomStreams, type Random } from '../../../src/sim/random.ts';
import type { TrapCounters } from '../../../src/snmp-trap/receiver.ts';
import { until } from '../bounded.ts';
import { goodText, goodTrap, hostileTraps } from './hostile.ts';
import { startTrapSite, type TrapSite } from './site.ts';
import type { V3Account } from './v3-sender.ts';

/** Hostile datagrams at the trap receiver of the real daemon, with good traps in between. */

export interface TrapBarrage {
  readonly sent: number;
  readonly good: number;
  /** Numbers of good traps that are not in the journal. */
  readonly missing: readonly number[];
  /** Informs of ours that were acknowledged, and how many we sent. */
  readonly acknowledged: number;
  readonly informs: number;
  readonly counters: TrapCounters;
  readonly kernelDrops: number;
  /** Resident memory of the daemon over time, in MiB. */
  readonly rssMib: readonly number[];
  readonly stillRunning: boolean;
  readonly perSecond: number;
}

const account: V3Account = {
  user: 'noroshi',
  protocol: 'sha256',
  authPassphrase: 'authentic-enough',
  privPassphrase: 'private-enough',
};

/** As in docs/noroshi.service. */
const env = { NODE_OPTIONS: '--max-semi-space-size=2 --max-old-space-size=256', MALLOC_ARENA_MAX: '1' };

const burst = 24;
/** Bursts that may be on their way: what the receive buffer holds even where rmem_max is Debian's 208 KiB. */
const burstsAhead = 10;
const catchUpMs = 30_000;
/** One in so many is a good trap. */
const goodEvery = 50;
/** One in so many comes from an address that is not listed. */
const strangerEvery = 16;
const samples = 100;
const pageEvents = 1_000;
const settleMs = 20_000;

const rssMibOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

const openSocket = (address: string): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.bind(0, address, () => resolve(socket));
  });

const sendTo = (socket: Socket, datagram: Buffer, port: number): Promise<void> =>
  new Promise((resolve, reject) =>
    socket.send(datagram, port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
  );

/** Reads what the journal has taken since the last call, and strikes the good traps off. */
const createAudit = ({ client }: TrapSite) => {
  const arrived = new Set<number>();
  let after = 0;
  const strikeOff = async (): Promise<void> => {
    for (;;) {
      const query = { after, types: ['trap.received'], limit: pageEvents };
      const { events } = await client.call('events.read', query);
      for (const event of events) {
        if (event.type !== 'trap.received') continue;
        const { number, text } = event.data.fields;
        if (text === goodText) arrived.add(Number(number));
      }
      after = events.at(-1)?.seq ?? after;
      if (events.length < pageEvents) return;
    }
  };
  return { arrived, strikeOff };
};

interface Fire {
  readonly from: Socket;
  readonly stranger: Socket;
  readonly port: number;
  readonly random: Random;
}

/** Sends one burst that begins with this number; answers how many good ones and informs were in it. */
const fireBurst = async (
  fire: Fire,
  hostile: ReturnType<typeof hostileTraps>,
  first: number,
  count: number,
) => {
  let informs = 0;
  const sends: Promise<void>[] = [];
  for (let index = first; index < first + count; index += 1) {
    const isGood = index % goodEvery === 0;
    const number = index / goodEvery;
    if (isGood && number % 4 === 2) informs += 1;
    const datagram = isGood ? goodTrap(account, number) : hostile(fire.random, index);
    const socket = !isGood && index % strangerEvery === 1 ? fire.stranger : fire.from;
    sends.push(sendTo(socket, datagram, fire.port));
  }
  await Promise.all(sends);
  return informs;
};

const dropsIn = ({ listeners }: TrapCounters): number =>
  listeners.reduce((sum, { kernelDrops = 0 }) => sum + kernelDrops, 0);

/** Waits until the receiver has seen everything that was sent, or the kernel has thrown it away. */
const caughtUp = (gateway: TrapSite, sent: number): Promise<unknown> =>
  until(
    async () => {
      const counters = await gateway.counters();
      return counters.received + dropsIn(counters) >= sent;
    },
    catchUpMs,
    `the receiver to have seen ${sent} datagrams`,
  );

/** Fires so many datagrams at a daemon, paced so that its buffers hold, and says what became of them. */
export const runTrapBarrage = async (datagrams: number, seed: number): Promise<TrapBarrage> => {
  const gateway = await startTrapSite({ users: [account], env });
  const port = gateway.ports[0] ?? 0;
  const [from, stranger] = await Promise.all([openSocket('127.0.0.1'), openSocket('127.0.0.2')]);
  let answers = 0;
  from.on('message', () => {
    answers += 1;
  });
  const audit = createAudit(gateway);
  const hostile = hostileTraps(account);
  const fire = { from, stranger, port, random: createRandomStreams(seed)('traps') };
  const rssMib: number[] = [];
  const startedMs = performance.now();
  let informs = 0;
  let sent = 0;
  while (sent < datagrams && gateway.daemon.running()) {
    const count = Math.min(burst, datagrams - sent);
    informs += await fireBurst(fire, hostile, sent, count);
    sent += count;
    if ((sent / burst) % burstsAhead === 0) await caughtUp(gateway, sent);
    if (sent < ((rssMib.length + 1) * datagrams) / samples) continue;
    rssMib.push(rssMibOf(gateway.daemon.pid));
    await audit.strikeOff();
  }
  const perSecond = Math.round((1_000 * sent) / (performance.now() - startedMs));
  const stillRunning = gateway.daemon.running();
  const settled = async () => {
    const counters = await gateway.counters();
    return counters.pending === 0 && counters.received >= sent - dropsIn(counters) && counters;
  };
  const counters = await until(settled, settleMs, 'every datagram to be accounted for');
  await audit.strikeOff();
  await Promise.all([from, stranger].map((socket) => new Promise<void>((resolve) => socket.close(resolve))));
  const good = Math.ceil(sent / goodEvery);
  const missing = Array.from({ length: good }, (_, number) => number).filter(
    (one) => !audit.arrived.has(one),
  );
  await gateway.daemon.stop();
  return {
    ...{ sent, good, missing, informs, counters, rssMib, stillRunning, perSecond },
    acknowledged: answers - counters.discoveries,
    kernelDrops: dropsIn(counters),
  };
};
