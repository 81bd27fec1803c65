import { median, round } from '../fence/figures.ts';
import { type Receiver, type ReceiverName, startReceiver } from './receivers.ts';
import { cpuMsOf, pause, type Send } from './rig.ts';

/** Traps per second. */
const ladder = [
  2_500, 5_000, 7_500, 10_000, 12_500, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 60_000, 80_000,
];
/** CPU is compared where nobody loses anything. */
const cpuRate = 10_000;
/** A receiver keeps up where it is done so soon after the last trap: it works off no heap that a buffer held. */
const lagMs = 250;
const warmUp = 20_000;
const drainMs = 30_000;

interface Step {
  readonly rate: number;
  readonly sent: number;
  readonly handled: number;
  readonly keptUp: boolean;
  readonly cpuMicros: number;
}

export interface Contestant {
  readonly name: string;
  readonly receiver: ReceiverName;
  /** How often each sender says the same. */
  readonly alike: number;
}

export interface Measured extends Contestant {
  /** The highest rate at which it lost nothing and kept up, and every lower one too. */
  readonly sustained: number;
  readonly cpuMicrosPerTrap: number;
}

/** Waits until nothing more is handled; answers how much was. */
const drained = async (receiver: Receiver, wanted: number): Promise<number> => {
  let before = -1;
  for (let waitedMs = 0; waitedMs < drainMs; waitedMs += 500) {
    const handled = await receiver.handled();
    if (handled >= wanted || handled === before) return handled;
    before = handled;
    await pause(500);
  }
  return before;
};

const step = async (
  receiver: Receiver,
  send: Send,
  alike: number,
  rate: number,
  seconds: number,
): Promise<Step> => {
  const before = await receiver.handled();
  const cpuBefore = cpuMsOf(receiver.pid);
  const { sent } = await send({
    kind: 'trap',
    port: receiver.port,
    pace: rate,
    count: rate * seconds,
    alike,
  });
  await pause(lagMs);
  const soon = (await receiver.handled()) - before;
  const handled = (await drained(receiver, before + sent)) - before;
  const cpuMicros = (1000 * (cpuMsOf(receiver.pid) - cpuBefore)) / Math.max(1, handled);
  return { rate, sent, handled, keptUp: soon === sent, cpuMicros };
};

/** Raises the rate until the receiver no longer keeps up. */
export const climb = async (
  { name, receiver: kind, alike }: Contestant,
  folder: string,
  send: Send,
  seconds: number,
  tell: (line: object) => void,
): Promise<Measured> => {
  const receiver = await startReceiver(kind, folder);
  try {
    await send({ kind: 'trap', port: receiver.port, pace: cpuRate / 2, count: warmUp, alike });
    await drained(receiver, warmUp);
    let sustained = 0;
    let cpuMicrosPerTrap = Number.NaN;
    for (const rate of ladder) {
      const reached = await step(receiver, send, alike, rate, seconds);
      tell({ name, ...round(reached) });
      if (rate === cpuRate) cpuMicrosPerTrap = reached.cpuMicros;
      if (!reached.keptUp) break;
      sustained = rate;
    }
    return { name, receiver: kind, alike, sustained, cpuMicrosPerTrap };
  } finally {
    await receiver.stop();
  }
};

/** Medians of each contestant, and its ratios to the peer. */
export const compare = (contestants: readonly Contestant[], all: readonly Measured[], peer: string) => {
  const rows = contestants.map(({ name }) => {
    const own = all.filter((one) => one.name === name);
    return {
      receiver: name,
      sustainedPerSecond: median(own.map(({ sustained }) => sustained)),
      cpuMicrosPerTrap: median(own.map(({ cpuMicrosPerTrap }) => cpuMicrosPerTrap)),
    };
  });
  const other = rows.find(({ receiver }) => receiver === peer);
  return rows.map((row) =>
    round({
      ...row,
      sustainedRatio: row.sustainedPerSecond / (other?.sustainedPerSecond ?? Number.NaN),
      cpuRatio: row.cpuMicrosPerTrap / (other?.cpuMicrosPerTrap ?? Number.NaN),
    }),
  );
};
