import { reportingBmc } from '../../../src/bmc/reporting.ts';
import { CodedError, type ErrorCode } from '../../../src/core/errors.ts';
import { type LogFields, silentLogger } from '../../../src/core/log.ts';
import type { BmcPort, CallLimits, JudgeGuid } from '../../../src/core/ports.ts';
import { createVirtualClock, type VirtualClock } from '../../../src/core/virtual-clock.ts';
import { createBus } from '../../../src/events/bus.ts';
import type { Event, EventData, NewEvent } from '../../../src/events/catalogue.ts';
import { createEventLog, type EventLog } from '../../../src/events/event-log.ts';
import { createIdentifyKeeper, type IdentifyKeeper } from '../../../src/panel/identify-keeper.ts';
import { watchMaintenance } from '../../../src/panel/maintenance.ts';
import { createIdentifyLamp, type LampState } from '../../../src/sim/bmc/identify-lamp.ts';
import { createMemoryJournal, type MemoryJournal } from '../../support/memory-journal.ts';

/** What a BMC was told about its lamp, and when (seconds of the test's clock). */
export type Order = readonly [atSeconds: number, order: number | 'off'];

/** A server with a BMC that answers at once, and a lamp that keeps real time. */
export interface LampBmc {
  readonly port: BmcPort;
  readonly orders: Order[];
  /** Logins that were tried, in seconds of the test's clock. */
  readonly opens: number[];
  lamp(): LampState;
  power: 'on' | 'off';
  /** What keeps it from answering; `hangs` takes the whole time a call has. */
  fault: ErrorCode | 'hangs' | undefined;
  /** Keeps an identify order from its answer until the test lets go. */
  slow: Promise<void> | undefined;
  /** Reports no lamp, as ipmi_sim. */
  mute: boolean;
  /** Accepts, and does nothing. */
  lies: boolean;
  openSessions(): number;
}

const createLampBmc = (clock: VirtualClock): LampBmc => {
  const lamp = createIdentifyLamp({ clock, onChange: () => undefined });
  const seconds = () => clock.nowMs() / 1000;
  let sessions = 0;
  const meet = async (limits: CallLimits): Promise<void> => {
    if (bmc.fault === 'hangs')
      await new Promise<void>((resolve) => void clock.after(limits.deadline.remainingMs(), resolve));
    if (bmc.fault) throw new CodedError(bmc.fault === 'hangs' ? 'bmc.timeout' : bmc.fault);
  };
  const bmc: LampBmc = {
    orders: [],
    opens: [],
    lamp: lamp.state,
    power: 'off',
    fault: undefined,
    slow: undefined,
    mute: false,
    lies: false,
    openSessions: () => sessions,
    port: {
      async open(limits) {
        bmc.opens.push(seconds());
        await meet(limits);
        sessions += 1;
        return {
          guid: 'a1',
          async readPower(within) {
            await meet(within);
            return bmc.power;
          },
          control: async () => ({ kind: 'accepted' }),
          async identify(request, within) {
            await meet(within);
            await bmc.slow;
            if (request === 'indefinite') throw new Error('a lamp of ours must go out by itself');
            const order = request === 'off' ? 0 : request.seconds;
            bmc.orders.push([seconds(), order === 0 ? 'off' : order]);
            if (!bmc.lies) lamp.order({ seconds: order, indefinite: false });
          },
          readIdentify: async () => (bmc.mute ? undefined : lamp.state()),
          async close() {
            sessions -= 1;
          },
        };
      },
      examine: async () => [],
      close: async () => undefined,
    },
  };
  return bmc;
};

/** The keeper over two servers, on a clock that the test moves; the journal and the BMCs outlive it. */
export interface LampBench {
  readonly clock: VirtualClock;
  readonly journal: MemoryJournal;
  readonly events: () => EventLog;
  readonly warnings: LogFields[];
  readonly keeper: () => IdentifyKeeper;
  readonly config: { owned: readonly string[]; servers: readonly string[]; withBmcs: boolean };
  judge: JudgeGuid;
  bmc(server?: string): LampBmc;
  record(event: NewEvent): Promise<void>;
  report(state: EventData<'cluster.reported'>['state'], node?: string): Promise<void>;
  /** An operator's order as the daemon carries it out. */
  byHand(lit: boolean, server?: string): Promise<void>;
  /** Begins a life of the gateway on what the journal knows; the one before has to be stopped, or is dead. */
  start(): Promise<void>;
  /** Ends as SIGKILL does: nothing is put in order. */
  kill(): void;
  /** The changes of lamps on record: `lit down`, `dark back` … */
  told(): string[];
}

export const seconds = (count: number): number => count * 1000;

export const createLampBench = async (): Promise<LampBench> => {
  const clock = createVirtualClock();
  const journal = createMemoryJournal(clock);
  const bmcs = new Map(['server1', 'server2'].map((name) => [name, createLampBmc(clock)]));
  const warnings: LogFields[] = [];
  const log = { ...silentLogger, warn: (fields: LogFields) => void warnings.push(fields) };
  let life:
    | { events: EventLog; keeper: IdentifyKeeper; stopWatching: () => void; alive: boolean }
    | undefined;
  const current = () => {
    if (!life) throw new Error('the bench was not started');
    return life;
  };
  const bmc = (server = 'server2'): LampBmc => {
    const found = bmcs.get(server);
    if (!found) throw new Error(`the bench has no ${server}`);
    return found;
  };

  const portOf = (server: string, events: EventLog, alive: () => boolean): BmcPort => {
    const { port } = bmc(server);
    const mortal: BmcPort = {
      ...port,
      open: (limits) => (alive() ? port.open(limits) : new Promise(() => undefined)),
    };
    return reportingBmc(mortal, {
      clock,
      server,
      lastKnown: () => events.view().servers[server] ?? { power: 'unknown', bmc: 'unknown' },
      judge: () => 'known',
      // As the application does it: an event that the journal does not take is lost.
      report: (event) =>
        events.record(event).then(
          () => undefined,
          () => undefined,
        ),
    });
  };

  const bench: LampBench = {
    clock,
    journal,
    warnings,
    config: { owned: ['server2'], servers: ['server1', 'server2'], withBmcs: true },
    judge: () => 'known',
    events: () => current().events,
    keeper: () => current().keeper,
    bmc,
    async record(event) {
      await current().events.record(event);
      await clock.advance(0);
    },
    report: (state, node = 'server2') =>
      bench.record({ type: 'cluster.reported', source: 'engine', data: { node, state, requester: 'e' } }),
    async byHand(lit, server = 'server2') {
      const { events, keeper } = current();
      await keeper.byHand(server, async () => {
        const limits = {
          deadline: { atMs: 0, remainingMs: () => 1_000, passed: () => false },
          priority: 'operator',
        } as const;
        const session = await bmc(server).port.open(limits);
        await session.identify(lit ? { seconds: 250 } : 'off', limits);
        await session.close();
        const data = { server, lit, requester: 'cli', ...(lit && { seconds: 250 }) };
        await events.record({ type: 'identify.changed', source: 'app', data });
      });
      await clock.advance(0);
    },
    async start() {
      const bus = createBus(log);
      const events = createEventLog({ journal, bus, log, clock });
      await events.start();
      await events.record({
        type: 'gateway.started',
        source: 'app',
        data: { node: 'server1', version: '0' },
      });
      const one = { events, alive: true };
      const ports = new Map([...bmcs.keys()].map((name) => [name, portOf(name, events, () => one.alive)]));
      const keeper = createIdentifyKeeper({
        clock,
        log,
        plan: () => ({
          servers: bench.config.servers,
          times: {
            litMs: seconds(250),
            rearmMs: seconds(120),
            retry: { firstMs: 5_000, factor: 2, maxMs: seconds(120) },
          },
          owns: (server) => bench.config.owned.includes(server),
        }),
        view: events.view,
        subscribe: (listener) => bus.subscribe((event) => one.alive && listener(event)),
        bmcOf: (server) => (bench.config.withBmcs ? ports.get(server) : undefined),
        judge: () => (guid) => bench.judge(guid),
        async record(event) {
          if (one.alive) await events.record(event).catch(() => undefined);
        },
      });
      const stopWatching = watchMaintenance({
        ...{ clock, view: events.view, subscribe: bus.subscribe, onOver: keeper.recheck },
        async record(event) {
          if (one.alive) await events.record(event).catch(() => undefined);
        },
      });
      life = Object.assign(one, { keeper, stopWatching });
      await clock.advance(0);
    },
    kill() {
      current().stopWatching();
      current().alive = false;
    },
    told: () =>
      journal
        .events()
        .filter(
          (event): event is Extract<Event, { type: 'identify.changed' }> => event.type === 'identify.changed',
        )
        .map(({ data }) => `${data.lit ? 'lit' : 'dark'} ${data.why ?? 'by hand'}`),
  };
  await bench.start();
  return bench;
};
