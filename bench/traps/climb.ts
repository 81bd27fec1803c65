import { median, round } from '../fence/figures.ts';
import { type Receiver, type ReceiverName, startReceiver } from './receivers.ts';
import { cpuMsOf, pause, type Send } from './rig.ts';

/** Traps per second. */
const ladder = [
  2_500, 5_000, 7_500, 10_000, 12_500, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 60_000, 80_000,
];
const warmUpRate = 5_000;
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
  /** CPU for each trap in microseconds, by rate. */
  readonly cpuMicros: ReadonlyMap<number, number>;
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
    await send({ kind: 'trap', port: receiver.port, pace: warmUpRate, count: warmUp, alike });
    await drained(receiver, warmUp);
    let sustained = 0;
    const cpuMicros = new Map<number, number>();
    for (const rate of ladder) {
      const reached = await step(receiver, send, alike, rate, seconds);
      tell({ name, ...round(reached) });
      cpuMicros.set(rate, reached.cpuMicros);
      if (!reached.keptUp) break;
      sustained = rate;
    }
    return { name, receiver: kind, alike, sustained, cpuMicros };
  } finally {
    await receiver.stop();
  }
};

/** Of one contestant in every round; `peers` are the peer's, round by round. */
const rowOf = (name: string, own: readonly Measured[], peers: readonly Measured[]) => {
  const cpu = (one: Measured | undefined, rate: number | undefined): number =>
    one?.cpuMicros.get(rate ?? Number.NaN) ?? Number.NaN;
  const rounds = own.map((one, index) => {
    const peer = peers[index];
    // Where the peer works hardest without losing any.
    const rate = peer?.sustained;
    return {
      sustainedRatio: one.sustained / (rate ?? Number.NaN),
      cpuMicros: cpu(one, rate),
      cpuRatio: cpu(one, rate) / cpu(peer, rate),
    };
  });
  const medianOf = (figure: keyof (typeof rounds)[number]): number =>
    median(rounds.map((one) => one[figure]).filter(Number.isFinite));
  return round({
    receiver: name,
    sustainedPerSecond: median(own.map(({ sustained }) => sustained)),
    sustainedRatio: medianOf('sustainedRatio'),
    cpuMicrosPerTrap: medianOf('cpuMicros'),
    cpuRatio: medianOf('cpuRatio'),
  });
};

/** Medians of each contestant, and of its ratios to the peer in the same round; CPU at the highest rate of the peer. */
export const compare = (contestants: readonly Contestant[], all: readonly Measured[], peer: string) => {
  const of = (wanted: string) => all.filter(({ name }) => name === wanted);
  return contestants.map(({ name }) => rowOf(name, of(name), of(peer)));
};
