import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, round } from '../fence/figures.ts';
import { type Receiver, type ReceiverName, receiverNames, startReceiver } from './receivers.ts';
import { cpuMsOf, createSender, pause, type Send } from './rig.ts';

/**
 * `npm run bench:traps [-- --json] [-- --seconds 5] [-- --rounds 3] [-- --only NAME]`: PET traps from 64 sources at rising rates to a
 * bare socket, our receiver, our daemon with every trap in its journal, and Debian's snmptrapd that writes a file.
 */

const option = (name: string, usual: number): number => {
  const at = process.argv.indexOf(name);
  return at < 0 ? usual : Number(process.argv[at + 1]);
};

const seconds = option('--seconds', 5);
const rounds = option('--rounds', 3);

const only = process.argv.indexOf('--only');
const names = receiverNames.filter((name) => only < 0 || name === process.argv[only + 1]);

/** Traps per second. */
const ladder = [5_000, 10_000, 15_000, 20_000, 30_000, 40_000, 60_000, 80_000, 100_000];
/** CPU is compared where nobody loses anything. */
const cpuRate = 10_000;
/** A receiver keeps up where it is done so soon after the last trap: it works off no heap that a buffer held. */
const lagMs = 250;
const warmUp = 20_000;
const drainMs = 30_000;
const informWindow = 1_024;
const informs = 50_000;

interface Step {
  readonly rate: number;
  readonly sent: number;
  readonly handled: number;
  readonly keptUp: boolean;
  readonly cpuMicros: number;
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

const climb = async (receiver: Receiver, send: Send, rate: number): Promise<Step> => {
  const before = await receiver.handled();
  const cpuBefore = cpuMsOf(receiver.pid);
  const { sent } = await send('trap', receiver.port, rate, rate * seconds);
  await pause(lagMs);
  const soon = (await receiver.handled()) - before;
  const handled = (await drained(receiver, before + sent)) - before;
  const cpuMicros = (1000 * (cpuMsOf(receiver.pid) - cpuBefore)) / Math.max(1, handled);
  return { rate, sent, handled, keptUp: soon === sent, cpuMicros };
};

interface Measured {
  readonly receiver: ReceiverName;
  /** The highest rate at which it lost nothing and kept up, and every lower one too. */
  readonly sustained: number;
  readonly cpuMicrosPerTrap: number;
}

const measure = async (name: ReceiverName, folder: string, send: Send): Promise<Measured> => {
  const receiver = await startReceiver(name, folder);
  try {
    await send('trap', receiver.port, cpuRate / 2, warmUp);
    await drained(receiver, warmUp);
    let sustained = 0;
    let cpuMicrosPerTrap = Number.NaN;
    for (const rate of ladder) {
      const step = await climb(receiver, send, rate);
      if (!process.argv.includes('--json')) console.log(name, round(step));
      if (rate === cpuRate) cpuMicrosPerTrap = step.cpuMicros;
      if (!step.keptUp) break;
      sustained = rate;
    }
    return { receiver: name, sustained, cpuMicrosPerTrap };
  } finally {
    await receiver.stop();
  }
};

/** Informs that the daemon had on disk when it answered, per second. */
const durableInforms = async (folder: string, send: Send): Promise<{ perSecond: number; lost: number }> => {
  const receiver = await startReceiver('daemon', folder);
  try {
    await send('inform', receiver.port, informWindow, informs / 5);
    const { sent, answered, ms } = await send('inform', receiver.port, informWindow, informs);
    return { perSecond: (1000 * answered) / ms, lost: sent - answered };
  } finally {
    await receiver.stop();
  }
};

const folder = mkdtempSync(join(tmpdir(), 'noroshi-bench-traps-'));
const send = createSender(folder);
const all: Measured[] = [];
const informRates: { perSecond: number; lost: number }[] = [];
for (let run = 0; run < rounds; run += 1) {
  for (const name of names) all.push(await measure(name, folder, send));
  informRates.push(await durableInforms(folder, send));
}
rmSync(folder, { recursive: true, force: true });

const of = (name: ReceiverName) => all.filter(({ receiver }) => receiver === name);
const rows = names.map((name) => ({
  receiver: name,
  sustainedPerSecond: median(of(name).map(({ sustained }) => sustained)),
  cpuMicrosPerTrap: median(of(name).map(({ cpuMicrosPerTrap }) => cpuMicrosPerTrap)),
}));
const peer = rows.find(({ receiver }) => receiver === 'snmptrapd');
const figures = {
  receivers: rows.map((row) =>
    round({
      ...row,
      sustainedRatio: row.sustainedPerSecond / (peer?.sustainedPerSecond ?? Number.NaN),
      cpuRatio: row.cpuMicrosPerTrap / (peer?.cpuMicrosPerTrap ?? Number.NaN),
    }),
  ),
  durableInformsPerSecond: Math.round(median(informRates.map(({ perSecond }) => perSecond))),
  informsLost: informRates.reduce((sum, { lost }) => sum + lost, 0),
  seconds,
  rounds,
};
if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
else {
  console.table(figures.receivers);
  console.log(`durable informs: ${figures.durableInformsPerSecond}/s, ${figures.informsLost} lost`);
}
process.exit(0);
