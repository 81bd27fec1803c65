import { type CallOff, createCallOff } from '../core/call-off.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { deadlineIn } from '../core/deadline.ts';
import type { Logger } from '../core/log.ts';
import type { BmcPort, JudgeGuid } from '../core/ports.ts';
import type { Bus } from '../events/bus.ts';
import { type Event, type EventData, type NewEvent, serverOf } from '../events/catalogue.ts';
import { saidDown } from '../events/outage.ts';
import { inMaintenance, type View } from '../events/view.ts';
import { type AttemptResult, attemptLamp, isHopeless } from './identify-attempt.ts';
import {
  darkLamp,
  type Lamp,
  type LampTimes,
  lampAfter,
  lampByHand,
  lampPutOff,
  lampStep,
  lampWithHope,
  restoredLamp,
  type Wish,
} from './identify-lamp.ts';

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

type Why = NonNullable<EventData<'identify.changed'>['why']>;

/** One server's lamp, and what is under way for it. */
interface Entry {
  readonly server: string;
  lamp: Lamp;
  wish: Wish;
  attempt: { readonly callOff: CallOff; readonly ended: Promise<void> } | undefined;
  holds: number;
  timer: Timer | undefined;
  /** The failure that the log has been told. */
  complained: string | undefined;
}

const darkWish: Wish = { owned: false, lit: false };

/** News after which a BMC that refused, or was silent, is worth another try. */
const givesHope = ({ type }: Event): boolean =>
  type === 'bmc.answered' || type === 'bmc.identityPinned' || type === 'bmc.identityForgotten';

export const createIdentifyKeeper = (deps: IdentifyKeeperDeps): IdentifyKeeper => {
  const { clock, log, plan, view, record } = deps;
  const entries = new Map<string, Entry>();
  let underWay = 0;
  let stopping = false;

  const serverView = (server: string) => {
    const { servers } = view();
    return Object.hasOwn(servers, server) ? servers[server] : undefined;
  };

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
    const fresh = { attempt: undefined, holds: 0, timer: undefined, complained: undefined };
    const entry: Entry = { server, lamp, wish: darkWish, ...fresh };
    entries.set(server, entry);
    return entry;
  };

  const tell = (entry: Entry, lit: boolean, why: Why): Promise<void> => {
    const { server } = entry;
    const cause = why === 'down' ? serverView(server)?.outage?.seq : undefined;
    const seconds = plan().times.litMs / 1000;
    const data = { server, lit, requester: 'identify-keeper', why, ...(lit && { seconds }) };
    return record({ type: 'identify.changed', source: 'panel', data, ...(cause && { cause }) });
  };

  const complain = ({ server, complained }: Entry, code: string, message: string): string => {
    if (complained !== code) log.warn({ server, code, error: message }, 'the identify lamp was not reached');
    return code;
  };

  /** The power was read after the outage began, and the engine does not say down: as the view will have it. */
  const isBack = (server: string) => (power: 'on' | 'off') => {
    const known = serverView(server);
    if (power === 'off' || !known) return false;
    return !known.outage || (known.power !== 'on' && !saidDown(known));
  };

  const whyDark = (server: string): Why => {
    if (stopping) return 'stopping';
    return serverView(server)?.outage ? 'maintenance' : 'back';
  };

  const settle = async (entry: Entry, what: 'arm' | 'douse', startedMs: number, result: AttemptResult) => {
    const moments = { startedMs, nowMs: clock.nowMs() };
    const { times } = plan();
    if (result.kind === 'back') {
      entry.lamp = lampPutOff(entry.lamp, moments.nowMs, times);
      return;
    }
    const done = result.kind === 'done';
    const sent = done || result.sent;
    const hopeless = !done && isHopeless(result.reason);
    const { toldLit } = entry.lamp;
    entry.lamp = lampAfter(entry.lamp, { what, done, sent, hopeless }, moments, times);
    entry.complained = done ? undefined : complain(entry, result.reason.code, result.reason.message);
    if (!done || toldLit === (what === 'arm')) return;
    await tell(entry, what === 'arm', what === 'arm' ? 'down' : whyDark(entry.server));
  };

  const attempt = async (entry: Entry, what: 'arm' | 'douse', limitMs: number): Promise<void> => {
    const { server } = entry;
    const bmc = deps.bmcOf(server);
    if (!bmc) return;
    const startedMs = clock.nowMs();
    const callOff = createCallOff();
    const run = async () => {
      const limits = {
        deadline: deadlineIn(clock, limitMs),
        priority: 'background',
        signal: callOff.signal,
      } as const;
      const seconds = what === 'arm' ? plan().times.litMs / 1000 : 0;
      const judge = deps.judge(server);
      const result = await attemptLamp({ bmc, judge, isBack: isBack(server) }, seconds, limits);
      await settle(entry, what, startedMs, result);
      // What was called off is no failure of the BMC.
      if (callOff.signal.calledOff) entry.lamp = lampWithHope(entry.lamp);
    };
    underWay += 1;
    const ended = run().finally(() => {
      underWay -= 1;
      entry.attempt = undefined;
    });
    entry.attempt = { callOff, ended };
    await ended;
  };

  /** Others may have waited for room. */
  const stepWaiting = (): void => {
    for (const entry of entries.values()) if (!entry.timer) step(entry);
  };

  const step = (entry: Entry): void => {
    entry.timer?.cancel();
    entry.timer = undefined;
    if (stopping || entry.attempt || entry.holds > 0) return;
    const next = lampStep(entry.lamp, entry.wish, clock.nowMs());
    if (next.kind === 'wait') {
      if (next.untilMs !== undefined)
        entry.timer = clock.after(next.untilMs - clock.nowMs(), () => step(entry));
    } else if (next.kind === 'expire') {
      entry.lamp = { ...entry.lamp, toldLit: false };
      void tell(entry, false, 'expired');
      step(entry);
    } else if (underWay < width) {
      void attempt(entry, next.kind, attemptLimitMs).finally(stepWaiting);
    }
  };

  const heed = (event: Event): void => {
    const server = serverOf(event);
    if (server === undefined || !plan().servers.includes(server)) return;
    const entry = entryOf(server);
    updateWish(entry);
    if (event.type === 'identify.changed' && event.data.why === undefined)
      entry.lamp = lampByHand(event.data, clock.nowMs(), plan().times);
    if (givesHope(event)) entry.lamp = lampWithHope(entry.lamp);
    step(entry);
  };

  const forget = (entry: Entry): void => {
    entry.timer?.cancel();
    entry.attempt?.callOff.callOff();
    entries.delete(entry.server);
  };

  const refresh = (): void => {
    const { servers } = plan();
    for (const entry of entries.values()) if (!servers.includes(entry.server)) forget(entry);
    for (const server of servers) {
      const entry = entryOf(server);
      entry.lamp = lampWithHope(entry.lamp);
      updateWish(entry);
      step(entry);
    }
  };

  const hold = (entry: Entry): (() => void) => {
    entry.holds += 1;
    entry.timer?.cancel();
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
    if (!entry || stopping) return work();
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
    if (kind === 'douse') await attempt(entry, 'douse', stopLimitMs);
  };

  const unsubscribe = deps.subscribe(heed);
  refresh();
  return {
    refresh,
    recheck(server) {
      const entry = entries.get(server);
      if (entry) updateWish(entry);
      if (entry) step(entry);
    },
    whileFencing: (server, work) => aside(server, false, work),
    byHand: (server, work) => aside(server, true, work),
    async stop() {
      stopping = true;
      unsubscribe();
      const all = [...entries.values()];
      for (const { timer, attempt: running } of all) {
        timer?.cancel();
        running?.callOff.callOff();
      }
      await Promise.all(all.map(({ attempt: running }) => running?.ended));
      await Promise.all(all.map(putOut));
    },
  };
};
