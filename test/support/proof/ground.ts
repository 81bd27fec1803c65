import { createNativeBmc } from '../../../src/bmc/drivers/native.ts';
import { nativeOptions } from '../../../src/bmc/drivers/native-options.ts';
import { silentLogger } from '../../../src/core/log.ts';
import type { FenceAction } from '../../../src/core/outcome.ts';
import type { BmcPort } from '../../../src/core/ports.ts';
import { Secret } from '../../../src/core/secret.ts';
import { createVirtualClock, type VirtualClock } from '../../../src/core/virtual-clock.ts';
import type { NewEvent } from '../../../src/events/catalogue.ts';
import { bmcOnly } from '../../../src/fence/methods.ts';
import { createFenceService, type FenceAnswer, type FenceService } from '../../../src/fence/service.ts';
import { defaultFenceSettings } from '../../../src/fence/settings.ts';
import type { MachineOptions } from '../../../src/sim/bmc/machine.ts';
import { createMemoryJournal } from '../memory-journal.ts';
import { type Order, type Owner, watched } from './orders.ts';
import { createSimNetwork, type SimNetwork } from './sim-network.ts';
import { createSimServer, type SimServer } from './sim-server.ts';

/** One server of the proving ground. */
export interface ServerSpec {
  readonly machine?: MachineOptions;
  /** Keeps a session open, as `warmSession: true` does. */
  readonly warm?: boolean;
  /** Whether its identity is known from an earlier proof; default true. */
  readonly pinned?: boolean;
}

export interface GroundOptions {
  readonly servers: Readonly<Record<string, ServerSpec>>;
  /** Repeats what faults do by chance. */
  readonly seed: number;
}

/** One request and, in time, its answer. Times are monotonic. */
export interface Asked {
  readonly server: string;
  readonly action: FenceAction;
  readonly atMs: number;
  readonly deadlineMs: number;
  answer: FenceAnswer | undefined;
  answeredMs: number | undefined;
  error: unknown;
}

/** The real forced-stop service and the real native client over simulated BMCs, in virtual time. */
export interface Ground {
  readonly clock: VirtualClock;
  readonly network: SimNetwork;
  readonly service: FenceService;
  readonly asked: readonly Asked[];
  readonly orders: readonly Order[];
  /** Every event that was offered to the journal. */
  readonly events: readonly NewEvent[];
  server(name: string): SimServer;
  servers(): readonly SimServer[];
  ask(server: string, action: FenceAction, deadlineMs?: number): Asked;
  /** Puts every BMC at the address of the server before it, or back at its own. */
  swapAddresses(swapped: boolean): void;
  hostOf(server: string): string;
  /** Runs the clock until every job has ended. */
  finish(): Promise<void>;
  /** Closes the drivers and the simulations. */
  close(): Promise<void>;
}

const latencyMs = 1;
/** 20 bytes: the longest, so that a BMC that keeps 16 of them shows. */
const password = new Secret('a-password-of-20-byt');
/** Longer than any deadline, observation, restart or idle limit. */
export const longEnoughMs = 600_000;

const guidOf = (index: number): Buffer => Buffer.alloc(16, 0x11 * (index + 1));
const hostAt = (index: number): string => `192.0.2.${index + 1}`;

/** The journal as the application wires it: a recorded pin is known from then on. */
const createRecorder = (clock: VirtualClock, pinned: Map<string, string>) => {
  const journal = createMemoryJournal(clock);
  const events: NewEvent[] = [];
  const record = (event: NewEvent) => {
    events.push(event);
    if (event.type === 'bmc.identityPinned') pinned.set(event.data.server, event.data.guid);
    return journal.append(event);
  };
  return { events, record };
};

/** Hands out ports that know the job they were handed out for. */
const createPorts = (clock: VirtualClock, ports: ReadonlyMap<string, BmcPort>) => {
  const orders: Order[] = [];
  let count = 0;
  let nameless: Owner | undefined;
  return {
    orders,
    bmcOf(server: string): BmcPort | undefined {
      const port = ports.get(server);
      nameless = { job: 'nobody' };
      return port && watched(port, { clock, server, owner: nameless, orders });
    },
    newJobId(): string {
      count += 1;
      const job = `job-${count}`;
      if (nameless) nameless.job = job;
      nameless = undefined;
      return job;
    },
  };
};

const createServers = (clock: VirtualClock, { servers, seed }: GroundOptions) => {
  const created = new Map<string, SimServer>();
  const pinned = new Map<string, string>();
  for (const [index, [name, spec]] of Object.entries(servers).entries()) {
    const guid = guidOf(index);
    const users = [{ name: 'admin', password }];
    created.set(
      name,
      createSimServer(name, { clock, users, guid, seed: seed + index, machine: spec.machine ?? {} }),
    );
    if (spec.pinned ?? true) pinned.set(name, guid.toString('hex'));
  }
  return { created, pinned };
};

const createDrivers = (
  clock: VirtualClock,
  network: SimNetwork,
  servers: GroundOptions['servers'],
): Map<string, BmcPort> =>
  new Map(
    Object.entries(servers).map(([name, { warm = false }], index) => {
      const options = nativeOptions.parse({ host: hostAt(index), user: 'admin', warmSession: warm });
      const { connect } = network;
      return [name, createNativeBmc(options, { clock, password, kg: undefined, connect })];
    }),
  );

/** Asks, and writes down what became of it. */
const createAsking = (clock: VirtualClock, service: FenceService) => {
  const asked: Asked[] = [];
  return {
    asked,
    ask(server: string, action: FenceAction, deadlineMs = defaultFenceSettings.deadlineMs): Asked {
      const one: Asked = {
        server,
        action,
        atMs: clock.nowMs(),
        deadlineMs,
        answer: undefined,
        answeredMs: undefined,
        error: undefined,
      };
      asked.push(one);
      service.request({ server, action, deadlineMs, requester: 'test' }).then(
        (answer) => {
          one.answer = answer;
          one.answeredMs = clock.nowMs();
        },
        (error: unknown) => {
          one.error = error;
        },
      );
      return one;
    },
  };
};

export const createGround = (options: GroundOptions): Ground => {
  const clock = createVirtualClock();
  const network = createSimNetwork(clock, latencyMs);
  const { created, pinned } = createServers(clock, options);
  const all = [...created.values()];
  const drivers = createDrivers(clock, network, options.servers);
  const { orders, bmcOf, newJobId } = createPorts(clock, drivers);
  const { events, record } = createRecorder(clock, pinned);
  const service = createFenceService({
    clock,
    log: silentLogger,
    settings: () => defaultFenceSettings,
    self: undefined,
    knows: (server) => created.has(server),
    chainOf: () => bmcOnly,
    bmcOf,
    identities: {
      pinned: (server) => pinned.get(server),
      ownerOf: (guid) => [...pinned].find(([, own]) => own === guid)?.[0],
      checked: () => true,
    },
    provedOff: () => undefined,
    record,
    newJobId,
  });
  const swapAddresses = (swapped: boolean) => {
    for (const index of all.keys()) {
      const there = all[(index + Number(swapped)) % all.length];
      if (there) network.place(hostAt(index), there.simulation);
    }
  };
  swapAddresses(false);
  return {
    clock,
    network,
    service,
    ...createAsking(clock, service),
    orders,
    events,
    server(name) {
      const server = created.get(name);
      if (!server) throw new Error(`the test has no ${name}`);
      return server;
    },
    servers: () => all,
    swapAddresses,
    hostOf: (server) => hostAt([...created.keys()].indexOf(server)),
    finish: () => clock.advance(longEnoughMs),
    async close() {
      const closing = Promise.all([...drivers.values()].map((driver) => driver.close()));
      await clock.advance(longEnoughMs);
      await closing;
      for (const { simulation } of all) simulation.stop();
    },
  };
};
