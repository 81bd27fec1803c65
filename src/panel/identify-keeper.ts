import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import type { BmcPort, JudgeGuid } from '../core/ports.ts';
import type { Bus } from '../events/bus.ts';
import { type Event, type EventType, type NewEvent, serverOf } from '../events/catalogue.ts';
import { inMaintenance, type View } from '../events/view.ts';
import {
  type Attempted,
  darkLamp,
  type LampTimes,
  lampByHand,
  lampStep,
  lampWithHope,
  restoredLamp,
  type Wish,
} from './identify-lamp.ts';
import { createPainter, type Entry } from './identify-painter.ts';

/** What the configuration says of identify lamps. */
export interface IdentifyPlan {
  readonly servers: readonly string[];
  readonly times: LampTimes;
  /** Whether this gateway is the one that lights the lamp of that server. */
  readonly owns: (server: string) => boolean;
}

export interface IdentifyKeeperDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly plan: () => IdentifyPlan;
  readonly view: () => View;
  readonly subscribe: Bus['subscribe'];
  readonly bmcOf: (server: string) => BmcPort | undefined;
  readonly judge: (server: string) => JudgeGuid;
  /** Takes the event; settles in bounded time, recorded or not, and never rejects. */
  readonly record: (event: NewEvent) => Promise<void>;
}

/** Blinks the identify lamps of servers that are down. */
export interface IdentifyKeeper {
  /** Looks at everything anew, after the configuration changed. */
  refresh(): void;
  /** Looks at one server anew, where time alone changed what its lamp should be. */
  recheck(server: string): void;
  /** Keeps out of the way of a forced stop while `work` runs: what is in flight to that BMC is called off at once. */
  whileFencing<Value>(server: string, work: () => Promise<Value>): Promise<Value>;
  /** Lets somebody switch the lamp by hand, with nothing of ours crossing that on its way. */
  byHand<Value>(server: string, work: () => Promise<Value>): Promise<Value>;
  /** Puts out every lamp that blinks on our account, as far as the BMCs answer within 2 s, and ends. */
  stop(): Promise<void>;
}

const attemptLimitMs = 5_000;
const stopLimitMs = 2_000;
/** A forced stop with a long deadline holds the lamp up no longer than this. */
const holdLimitMs = 60_000;
/** BMCs that are spoken to at a time. */
const width = 32;

/** News after which a BMC that refused, or was silent, is worth another try. */
const givesHope: ReadonlySet<EventType> = new Set<EventType>([
  'bmc.answered',
  'bmc.identityPinned',
  'bmc.identityForgotten',
]);

/** All news that can change what a lamp should be, or whether it can be reached. */
const matters: ReadonlySet<EventType> = new Set<EventType>([
  ...givesHope,
  'cluster.reported',
  'fence.finished',
  'fence.provedLate',
  'fence.restarted',
  'server.powerChanged',
  'identify.changed',
  'maintenance.began',
  'maintenance.ended',
]);

export const createIdentifyKeeper = (deps: IdentifyKeeperDeps): IdentifyKeeper => {
  const { clock, plan, view } = deps;
  const entries = new Map<string, Entry>();
  let underWay = 0;
  let stopping = false;

  const serverView = (server: string) => {
    const { servers } = view();
    return Object.hasOwn(servers, server) ? servers[server] : undefined;
  };
  const painter = createPainter({
    ...deps,
    times: () => plan().times,
    serverView,
    stopping: () => stopping,
  });

  const wishFor = (server: string): Wish => {
    const known = serverView(server);
    const quiet = inMaintenance(known, clock.wallMs()) || known?.outage?.silenced === true;
    const owned = plan().owns(server) && deps.bmcOf(server) !== undefined;
    return { owned, lit: known?.outage !== undefined && !quiet };
  };

  /** A wish that turned makes earlier failures and pauses void. */
  const updateWish = (entry: Entry): void => {
    const wish = wishFor(entry.server);
    const turned = wish.lit !== entry.wish.lit || wish.owned !== entry.wish.owned;
    if (turned) entry.lamp = { ...lampWithHope(entry.lamp), nextArmMs: darkLamp.nextArmMs };
    entry.wish = wish;
  };

  const entryOf = (server: string): Entry => {
    const known = entries.get(server);
    if (known) return known;
    const now = { nowMs: clock.nowMs(), wallMs: clock.wallMs() };
    const lamp = restoredLamp(serverView(server), now, plan().times);
    const idle = { attempt: undefined, holds: 0, timer: undefined, complained: undefined };
    const entry: Entry = { server, lamp, wish: { owned: false, lit: false }, ...idle };
    entries.set(server, entry);
    return entry;
  };

  const paint = (entry: Entry, what: Attempted): void => {
    underWay += 1;
    void painter.paint(entry, what, attemptLimitMs).finally(() => {
      underWay -= 1;
      // Others may have waited for room.
      for (const one of entries.values()) if (!one.timer) step(one);
    });
  };

  const step = (entry: Entry): void => {
    entry.timer?.cancel();
    entry.timer = undefined;
    if (stopping || entry.attempt || entry.holds > 0) return;
    updateWish(entry);
    const next = lampStep(entry.lamp, entry.wish, clock.nowMs());
    if (next.kind === 'wait') {
      if (next.untilMs !== undefined)
        entry.timer = clock.after(next.untilMs - clock.nowMs(), () => step(entry));
    } else if (next.kind === 'expire') {
      painter.tellExpired(entry);
      step(entry);
    } else if (underWay < width) paint(entry, next.kind);
  };

  const heed = (event: Event): void => {
    const entry = matters.has(event.type) ? entries.get(serverOf(event) ?? '') : undefined;
    if (!entry) return;
    updateWish(entry);
    if (event.type === 'identify.changed' && event.data.why === undefined)
      entry.lamp = lampByHand(event.data, clock.nowMs(), plan().times);
    if (givesHope.has(event.type)) entry.lamp = lampWithHope(entry.lamp);
    step(entry);
  };

  const forget = (entry: Entry): void => {
    entry.timer?.cancel();
    entry.attempt?.callOff.callOff();
    entries.delete(entry.server);
  };

  const refresh = (): void => {
    const servers = new Set(plan().servers);
    for (const entry of entries.values()) if (!servers.has(entry.server)) forget(entry);
    for (const server of servers) {
      const entry = entryOf(server);
      // What comes back over the old configuration, such as a refused password, says nothing about the new one.
      entry.attempt?.callOff.callOff();
      entry.lamp = lampWithHope(entry.lamp);
      updateWish(entry);
      step(entry);
    }
  };

  const hold = (entry: Entry): (() => void) => {
    entry.holds += 1;
    entry.timer?.cancel();
    entry.timer = undefined;
    entry.attempt?.callOff.callOff();
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      limit.cancel();
      entry.holds -= 1;
      step(entry);
    };
    const limit = clock.after(holdLimitMs, release);
    return release;
  };

  /** Runs `work` with nothing of ours on its way to that BMC; where `clear`, not before ours has ended. */
  const aside = async <Value>(server: string, clear: boolean, work: () => Promise<Value>): Promise<Value> => {
    const entry = entries.get(server);
    const inTheWay = entry !== undefined && (entry.wish.owned || entry.attempt !== undefined);
    if (!inTheWay || stopping) return work();
    const release = hold(entry);
    try {
      if (clear) await entry.attempt?.ended;
      return await work();
    } finally {
      release();
    }
  };

  const putOut = async (entry: Entry): Promise<void> => {
    const wish = { ...entry.wish, lit: false };
    const { kind } = lampStep(lampWithHope(entry.lamp), wish, clock.nowMs());
    if (kind === 'douse') await painter.paint(entry, 'douse', stopLimitMs);
  };

  const unsubscribe = deps.subscribe(heed);
  refresh();
  return {
    refresh,
    recheck(server) {
      const entry = entries.get(server);
      if (entry) step(entry);
    },
    whileFencing: (server, work) => aside(server, false, work),
    byHand: (server, work) => aside(server, true, work),
    async stop() {
      stopping = true;
      unsubscribe();
      const all = [...entries.values()];
      for (const { timer, attempt } of all) {
        timer?.cancel();
        attempt?.callOff.callOff();
      }
      await Promise.all(all.map(({ attempt }) => attempt?.ended));
      await Promise.all(all.map(putOut));
    },
  };
};
