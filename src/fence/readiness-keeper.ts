import { type CallOff, type CallOffSignal, createCallOff } from '../core/call-off.ts';
import { type Clock, isoNow, type Timer, within } from '../core/clock.ts';
import { deadlineIn } from '../core/deadline.ts';
import type { Reason } from '../core/outcome.ts';
import type { CallLimits } from '../core/ports.ts';
import type { Bus } from '../events/bus.ts';
import { type Event, type EventType, type NewEvent, serverOf } from '../events/catalogue.ts';
import type { View } from '../events/view.ts';
import {
  afterRehearsal,
  isNews,
  nothingTried,
  pauseAfter,
  type Readiness,
  type RehearsalRecord,
  readinessOf,
  refusedPassword,
  type Shown,
} from './readiness.ts';
import type { Rehearsal } from './rehearsal.ts';

/** What the configuration says of rehearsals. */
export interface ReadinessPlan {
  readonly servers: readonly string[];
  readonly intervalMs: number;
  /** How old an answer may be. */
  readonly limitMs: number;
}

export interface RehearsalExtent {
  /** What changes seldom is looked at, too. */
  readonly thorough: boolean;
  /** The BMC refused our password, with this word, and must not be asked again. */
  readonly locked: Reason | undefined;
}

export interface ReadinessKeeperDeps {
  readonly clock: Clock;
  readonly plan: () => ReadinessPlan;
  /** Tries everything short of the stop. Never throws. */
  readonly rehearse: (server: string, extent: RehearsalExtent, limits: CallLimits) => Promise<Rehearsal>;
  readonly view: () => View;
  readonly subscribe: Bus['subscribe'];
  readonly record: (event: NewEvent) => void;
  /** A number from 0 to 1, another one each time. */
  readonly random: () => number;
}

/** Rehearses the forced stop of every server again and again, so that tonight's failure is seen today. */
export interface ReadinessKeeper {
  of(server: string): Readiness;
  /** Begins anew with the configuration that is in force now: every server is tried soon, and thoroughly. */
  refresh(): void;
  /** Keeps out of the way of a forced stop while `work` runs: a rehearsal under way ends at its next packet. */
  whileFencing<Value>(server: string, work: () => Promise<Value>): Promise<Value>;
  /** Ends; resolves when no rehearsal is under way any more. */
  stop(): Promise<void>;
}

interface Entry {
  readonly server: string;
  record: RehearsalRecord;
  timer: Timer | undefined;
  running: { readonly callOff: CallOff; readonly ended: Promise<void> } | undefined;
  /** Forced stops under way. */
  holds: number;
  /** Due, and waiting for others to end. */
  waiting: boolean;
  thoroughDueMs: number;
  locked: Reason | undefined;
}

const rehearsalLimitMs = 10_000;
const thoroughEveryMs = 7 * 24 * 3600 * 1000;
/** Servers that are rehearsed at a time. */
const width = 32;
/** Between the first tries of two servers after a start: hundreds of logins must not come in one breath. */
const spreadMs = 20;
/** After a forced stop, before it is looked at again. */
const restMs = 5_000;
/** News of a BMC that do not fit what is known of it are looked into, but not again and again. */
const curiousMs = 1_000;
const leastAgeMs = 30_000;
/** How long the end of everything waits for logins under way. */
const endLimitMs = 700;

const givesHope: ReadonlySet<EventType> = new Set<EventType>([
  'bmc.answered',
  'bmc.identityPinned',
  'bmc.identityForgotten',
]);

/** Whether an event speaks against what is known; from a rehearsal of our own it never does. */
const speaksAgainst = ({ record: { last }, locked }: Entry, event: Event): boolean => {
  if (givesHope.has(event.type)) return last?.rehearsal.kind === 'fails' || locked !== undefined;
  const isTrouble = event.type === 'bmc.unreachable' || event.type === 'bmc.refused';
  return isTrouble && last?.rehearsal.kind === 'works';
};

export const createReadinessKeeper = (deps: ReadinessKeeperDeps): ReadinessKeeper => {
  const { clock, plan } = deps;
  const entries = new Map<string, Entry>();
  let underWay = 0;
  let stopping = false;

  const arm = (entry: Entry, pauseMs: number): void => {
    entry.timer?.cancel();
    entry.timer = clock.after(pauseMs, () => due(entry));
  };

  const due = (entry: Entry): void => {
    entry.timer = undefined;
    if (stopping || entry.holds > 0) return;
    entry.waiting = entry.running !== undefined || underWay >= width;
    if (!entry.waiting) run(entry);
  };

  const nextWaiting = (): void => {
    const next = [...entries.values()].find((entry) => entry.waiting && !entry.running);
    if (next) due(next);
  };

  const armNext = (entry: Entry): void => {
    const isGone = entries.get(entry.server) !== entry;
    if (stopping || isGone || entry.timer || entry.waiting || entry.holds > 0) return;
    arm(entry, pauseAfter(entry.record, plan().intervalMs, deps.random()));
  };

  const learn = (entry: Entry, shown: Shown): void => {
    entry.record = afterRehearsal(entry.record, shown, { at: isoNow(clock), nowMs: clock.nowMs() });
    entry.locked = refusedPassword(entry.record);
    const { servers } = deps.view();
    const known = Object.hasOwn(servers, entry.server) ? servers[entry.server]?.readiness : undefined;
    if (!isNews(known, shown)) return;
    const works = shown.kind === 'works';
    deps.record({
      type: 'server.readinessChanged',
      source: 'readiness',
      severity: works ? 'notice' : 'warning',
      data: { server: entry.server, ready: works, ...(!works && { reason: shown.reason }) },
    });
  };

  const attempt = async (entry: Entry, signal: CallOffSignal): Promise<void> => {
    const thorough = clock.nowMs() >= entry.thoroughDueMs;
    const deadline = deadlineIn(clock, rehearsalLimitMs);
    const extent = { thorough, locked: entry.locked };
    const limits: CallLimits = { deadline, priority: 'background', signal };
    const rehearsal = await deps.rehearse(entry.server, extent, limits);
    if (rehearsal.kind === 'calledOff' || signal.calledOff || stopping) return;
    if (thorough && rehearsal.kind === 'works') entry.thoroughDueMs = clock.nowMs() + thoroughEveryMs;
    learn(entry, rehearsal);
  };

  const run = (entry: Entry): void => {
    underWay += 1;
    const callOff = createCallOff();
    const ended = attempt(entry, callOff.signal).finally(() => {
      underWay -= 1;
      entry.running = undefined;
      armNext(entry);
      nextWaiting();
    });
    entry.running = { callOff, ended };
  };

  const heed = (event: Event): void => {
    const entry = entries.get(serverOf(event) ?? '');
    if (!entry || entry.running || !speaksAgainst(entry, event)) return;
    const ageMs = clock.nowMs() - (entry.record.last?.atMs ?? 0);
    if (ageMs < leastAgeMs) return;
    entry.locked = undefined;
    arm(entry, curiousMs);
  };

  const forget = (entry: Entry): void => {
    entry.timer?.cancel();
    entry.running?.callOff.callOff();
    entries.delete(entry.server);
  };

  const entryOf = (server: string): Entry => {
    const idle = { timer: undefined, running: undefined, waiting: false, holds: 0, thoroughDueMs: 0 };
    const entry = entries.get(server) ?? { server, record: nothingTried, ...idle, locked: undefined };
    entries.set(server, entry);
    return entry;
  };

  const refresh = (): void => {
    const { servers, intervalMs } = plan();
    const wanted = new Set(servers);
    for (const entry of entries.values()) if (!wanted.has(entry.server)) forget(entry);
    const stepMs = Math.min(spreadMs, intervalMs / Math.max(1, servers.length));
    for (const [index, server] of servers.entries()) {
      const entry = entryOf(server);
      entry.running?.callOff.callOff();
      entry.thoroughDueMs = clock.nowMs();
      entry.locked = undefined;
      arm(entry, index * stepMs);
    }
  };

  const unsubscribe = deps.subscribe(heed);
  refresh();
  return {
    of(server) {
      const { record } = entries.get(server) ?? { record: nothingTried };
      return readinessOf(record, clock.nowMs(), plan().limitMs);
    },
    refresh,
    async whileFencing(server, work) {
      const entry = entries.get(server);
      if (!entry) return work();
      entry.holds += 1;
      entry.timer?.cancel();
      entry.timer = undefined;
      entry.waiting = false;
      entry.running?.callOff.callOff();
      try {
        return await work();
      } finally {
        entry.holds -= 1;
        if (entry.holds === 0 && !stopping) arm(entry, restMs);
      }
    },
    async stop() {
      stopping = true;
      unsubscribe();
      const running = [...entries.values()].flatMap((entry) => entry.running ?? []);
      for (const { timer } of entries.values()) timer?.cancel();
      const ended = Promise.all(running.map((one) => one.ended));
      await within(clock, endLimitMs, ended);
      for (const { callOff } of running) callOff.callOff();
      await ended;
    },
  };
};
