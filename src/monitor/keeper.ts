import type { Clock, Timer } from '../core/clock.ts';
import { CodedError, codeOf, messageOf } from '../core/errors.ts';
import { createLane, type Lane } from '../core/lane.ts';
import type { Logger } from '../core/log.ts';
import type { Bus } from '../events/bus.ts';
import type { Event, NewEvent } from '../events/catalogue.ts';
import {
  type ErrorMonitor,
  errorCount,
  type MonitorName,
  type MonitorView,
  monitorKey,
} from '../events/monitors.ts';
import { inMaintenance, type View } from '../events/view.ts';
import { type Circumstances, type Decision, decide, decideByTime, nextMs, type Repeats } from './decide.ts';
import type { MonitorRequest } from './request.ts';
import { createCensus, type Raiser } from './room.ts';
import { type MonitorRow, rowOf } from './row.ts';
import { createMonitorTally, type MonitorCounts } from './tally.ts';

/** What the configuration says of monitors, as it is now. */
export interface MonitorSettings {
  readonly retellMs: number;
  /** Seconds after the last raise at which an error of the category ends by itself; undefined where it does not. */
  expireSeconds(category: string): number | undefined;
}

export interface MonitorDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly view: () => View;
  readonly subscribe: Bus['subscribe'];
  /**
   * Resolves when the event is on disk and in the view; rejects with `journal.*` where it never will be. However long
   * that takes: what is decided before it would rest on an old view.
   */
  readonly record: (event: NewEvent) => Promise<Event>;
  readonly settings: () => MonitorSettings;
  /** What an event means for monitors. */
  readonly requestsOf: (event: Event) => readonly MonitorRequest[];
}

/** The external-link monitors of the gateway. */
export interface Monitors {
  /**
   * Takes the word of somebody; the answer is what is on disk by then, however long the disk takes. Throws
   * `monitor.full`, `journal.*`, or `fence.stopping` at the end of the daemon.
   */
  take(request: MonitorRequest): Promise<MonitorRow>;
  /** Those in error first, then by name. */
  list(): readonly MonitorRow[];
  counts(): MonitorCounts;
  /** Takes no more, and resolves when what was begun has ended. */
  stop(): Promise<void>;
}

/** Requests about one monitor that may wait for the disk. */
const mostWaiting = 1_000;

/** Ends are wall times, and the wall clock may be stepped: they are looked at this often at least. */
const lookMs = 60_000;

export const createMonitors = (deps: MonitorDeps): Monitors => {
  const { clock, log, view, settings } = deps;
  const repeatsOf = new Map<string, Repeats>();
  const lanes = new Map<string, Lane>();
  const tally = createMonitorTally();
  /** Of first raises on their way to the record. */
  const raising = new Set<Raiser>();
  /** The next look; none while nothing is in error. */
  let wake: { readonly dueMs: number; readonly timer: Timer } | undefined;
  let stopping = false;
  /** Senders of traps that were said to find no room; empty for everybody else. */
  const saidFull = new Set<string>();

  const known = (key: string): MonitorView | undefined => view().monitors.get(key);
  const serverOf = (server: string | undefined) => {
    const { servers } = view();
    return server !== undefined && Object.hasOwn(servers, server) ? servers[server] : undefined;
  };
  const circumstances = ({ category, server }: MonitorName): Circumstances => {
    const wallMs = clock.wallMs();
    const { retellMs, expireSeconds } = settings();
    const quiet = inMaintenance(serverOf(server), wallMs);
    return { wallMs, quiet, retellMs, expireSeconds: expireSeconds(category) };
  };
  const isRoomFor = (raiser: Raiser): boolean => {
    const census = createCensus(raiser);
    view().monitors.forEach((monitor) => {
      if (monitor.state === 'error') census.add(monitor);
    });
    for (const one of raising) census.add(one);
    return census.hasRoom();
  };

  /** One thing at a time for each monitor, so that a clear never overtakes its raise. */
  const inTurn = async <Value>(key: string, work: () => Promise<Value>): Promise<Value> => {
    const lane = lanes.get(key) ?? createLane();
    if (lane.depth() >= mostWaiting)
      throw new CodedError('journal.failed', 'Too many requests wait for the disk.');
    lanes.set(key, lane);
    try {
      return await lane.run('operator', work);
    } finally {
      if (lane.depth() === 0) lanes.delete(key);
    }
  };

  const record = async (key: string, event: NewEvent): Promise<void> => {
    const first = event.type === 'monitor.raised' && known(key)?.state !== 'error' ? event.data : undefined;
    if (first && !isRoomFor(first)) throw new CodedError('monitor.full');
    if (first) raising.add(first);
    try {
      await deps.record(event);
      repeatsOf.delete(key);
    } finally {
      if (first) raising.delete(first);
    }
  };

  const carryOut = async (key: string, decision: Decision): Promise<void> => {
    if (decision.kind === 'count') repeatsOf.set(key, decision.repeats);
    if (decision.kind === 'record') await record(key, decision.event);
    if (decision.kind !== 'nothing') arm(key);
  };

  const take: Monitors['take'] = (request) => {
    const key = monitorKey(request);
    const carriedOut = inTurn(key, async () => {
      if (stopping) throw new CodedError('fence.stopping');
      await carryOut(key, decide(known(key), repeatsOf.get(key), request, circumstances(request)));
      return rowOf(request, known(key), repeatsOf.get(key));
    });
    return tally.count(carriedOut);
  };

  /** A monitor that cannot be raised for want of room is said once; what else fails was said by the event log. */
  const heed = async (request: MonitorRequest): Promise<void> => {
    const who = request.kind === 'raise' && request.origin === 'trap' ? request.by : '';
    try {
      await take(request);
      if (request.kind === 'raise' && saidFull.has(who) && isRoomFor(request)) saidFull.delete(who);
    } catch (error) {
      const { category, keyword, server } = request;
      const full = codeOf(error) === 'monitor.full';
      if (full && saidFull.has(who)) return;
      if (full) saidFull.add(who);
      if (!stopping) log.warn({ category, keyword, server, error: messageOf(error) }, 'a monitor is lost');
    }
  };

  const byTime = (key: string): Promise<void> =>
    inTurn(key, async () => {
      const now = known(key);
      if (stopping || now?.state !== 'error') return;
      await carryOut(key, decideByTime(now, repeatsOf.get(key), circumstances(now)));
    });

  const look = (): void => {
    wake?.timer.cancel();
    wake = undefined;
    for (const [key, monitor] of view().monitors) {
      if (monitor.state === 'normal') continue;
      const decision = decideByTime(monitor, repeatsOf.get(key), circumstances(monitor));
      // What the disk does not take is tried again at the next look; the event log has said so.
      if (decision.kind !== 'nothing') void byTime(key).catch(() => undefined);
      wakeWithin(waitMs(key, monitor));
    }
  };

  /** How long from now time alone may change something about an error; at least so often it is looked at. */
  const waitMs = (key: string, monitor: ErrorMonitor): number => {
    const now = circumstances(monitor);
    const until = serverOf(monitor.server)?.maintenance?.until;
    const quietUntilMs = now.quiet && until ? Date.parse(until) : Number.POSITIVE_INFINITY;
    const leftMs = Math.min(nextMs(monitor, repeatsOf.get(key), now), quietUntilMs) - now.wallMs;
    return leftMs > 0 ? Math.min(lookMs, leftMs) : lookMs;
  };

  const wakeWithin = (ms: number): void => {
    const dueMs = clock.nowMs() + ms;
    if (stopping || (wake && wake.dueMs <= dueMs)) return;
    wake?.timer.cancel();
    wake = { dueMs, timer: clock.after(ms, look) };
  };

  const arm = (key: string): void => {
    const monitor = known(key);
    if (monitor?.state === 'error') wakeWithin(waitMs(key, monitor));
  };

  const unsubscribe = deps.subscribe((event) => {
    const { type } = event;
    if (type === 'maintenance.began' || type === 'maintenance.ended') look();
    else for (const request of deps.requestsOf(event)) void heed(request);
  });
  look();
  return {
    take,
    list: () => {
      const rows = [...view().monitors].map(([key, monitor]) => rowOf(monitor, monitor, repeatsOf.get(key)));
      const order = ({ state, category, keyword, server = '' }: MonitorRow): string =>
        JSON.stringify([state, category, keyword, server]);
      return rows.sort((one, other) => (order(one) < order(other) ? -1 : 1));
    },
    counts: () => ({ inError: errorCount(view()), ...tally.counts() }),
    async stop() {
      stopping = true;
      unsubscribe();
      wake?.timer.cancel();
      await Promise.all([...lanes.values()].map((lane) => lane.run('background', async () => undefined)));
    },
  };
};
