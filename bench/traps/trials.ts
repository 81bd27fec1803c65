import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../src/events/catalogue.ts';
import { round } from '../fence/figures.ts';
import { type DaemonReceiver, startDaemon } from './daemon.ts';
import { cpuMsOf, pause, percentile, type Send, senders, sources } from './rig.ts';

const informWindow = 1_024;
const informs = 50_000;

/** Informs, each of them news, that the daemon had on disk when it answered. */
export const durableInforms = async (folder: string, send: Send) => {
  const daemon = await startDaemon(folder);
  const load = { kind: 'inform', port: daemon.port, pace: informWindow, alike: 1 } as const;
  try {
    await send({ ...load, count: informs / 5 });
    const { sent, answered, ms } = await send({ ...load, count: informs });
    const { judged } = await daemon.counters();
    return {
      perSecond: Math.round((1000 * answered) / ms),
      lost: sent - answered,
      notNews: (judged?.received ?? 0) - (judged?.told ?? 0),
    };
  } finally {
    await daemon.stop();
  }
};

const latencyRate = 1_000;
/** Even: every condition is over at its end. Before it the code is not compiled yet. */
const latencyWarmUp = 50 * sources;

const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** When each event of a type came to a consumer of the engine's socket, in the order of its server's. */
const listen = async ({ client }: DaemonReceiver, types: readonly string[]) => {
  const arrivals = new Map<string, Map<string, number[]>>();
  client.onNotification(({ method, params }) => {
    if (method !== 'event') return;
    const atMs = monotonicMs();
    const { type, data } = params as Event;
    const server = (data as { server?: string }).server ?? '';
    const kind = type.startsWith('monitor.') ? 'monitor' : type;
    const ofKind = arrivals.get(kind) ?? new Map<string, number[]>();
    ofKind.set(server, [...(ofKind.get(server) ?? []), atMs]);
    arrivals.set(kind, ofKind);
  });
  await client.call('events.subscribe', { consumer: 'engine', types: [...types] });
  return arrivals;
};

/** Milliseconds from the datagram to the event, for every trap in the order of sending. */
const delays = (
  sentAt: Float64Array,
  arrivals: ReadonlyMap<string, readonly number[]> | undefined,
): number[] => {
  const names = [...senders.values()];
  return [...sentAt].map((sentMs, number) => {
    const cameMs = arrivals?.get(names[number % sources] ?? '')?.[Math.floor(number / sources)];
    return cameMs === undefined ? Number.POSITIVE_INFINITY : cameMs - sentMs;
  });
};

/** From a trap on the wire to the notification of its monitor at an engine consumer, every trap news. */
export const latency = async (folder: string, send: Send, seconds: number) => {
  const daemon = await startDaemon(folder);
  const times = join(folder, 'times');
  const load = { kind: 'trap', port: daemon.port, pace: latencyRate, alike: 1 } as const;
  try {
    await send({ ...load, count: latencyWarmUp });
    await pause(1_000);
    const arrivals = await listen(daemon, ['trap.received', 'monitor.raised', 'monitor.cleared']);
    const count = latencyRate * seconds;
    await send({ ...load, count, times });
    await pause(1_000);
    const bytes = readFileSync(times);
    const sentAt = new Float64Array(bytes.buffer, bytes.byteOffset, count);
    const of = (kind: string) => {
      const all = delays(sentAt, arrivals.get(kind));
      const [p50Ms, p99Ms, mostMs] = [50, 99, 100].map((percent) => percentile(all, percent));
      return {
        notification: kind,
        ...round({ p50Ms, p99Ms, mostMs }),
        missing: all.filter((ms) => ms === Number.POSITIVE_INFINITY).length,
      };
    };
    return [of('monitor'), of('trap.received')];
  } finally {
    await daemon.stop();
  }
};

const stormRate = 20_000;

/** Everybody at once, with storm control as it is by default. */
export const storm = async (folder: string, send: Send, seconds: number) => {
  const daemon = await startDaemon(folder, true);
  try {
    const { pid, port, client } = daemon;
    const cpuBefore = cpuMsOf(pid);
    const { journal: before } = await client.call('health', {});
    const { sent } = await send({
      kind: 'trap',
      port,
      pace: stormRate,
      count: stormRate * seconds,
      alike: 1,
    });
    await pause(15_000);
    const { recorded, refused, listeners, judged } = await daemon.counters();
    const { journal: after } = await client.call('health', {});
    return round({
      sent,
      recorded,
      refused: Object.values<number>(refused).reduce((sum, count) => sum + count, 0),
      kernelDrops: listeners[0]?.kernelDrops ?? Number.NaN,
      told: judged?.told ?? Number.NaN,
      suppressed: judged?.suppressed ?? Number.NaN,
      waiting: judged?.waiting ?? Number.NaN,
      events: (after.lastSeq ?? Number.NaN) - (before.lastSeq ?? Number.NaN),
      cpuMicrosPerTrap: (1000 * (cpuMsOf(pid) - cpuBefore)) / sent,
      residentMiB: daemon.residentMiB(),
    });
  } finally {
    await daemon.stop();
  }
};
