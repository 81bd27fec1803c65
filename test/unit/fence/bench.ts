import { CodedError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/log.ts';
import type { FenceAction } from '../../../src/core/outcome.ts';
import { createVirtualClock, type VirtualClock } from '../../../src/core/virtual-clock.ts';
import type { Event, EventType, NewEvent } from '../../../src/events/catalogue.ts';
import type { ProvedOff } from '../../../src/events/proved-off.ts';
import { bmcOnly, type Chain } from '../../../src/fence/methods.ts';
import { createFenceService, type FenceAnswer, type FenceService } from '../../../src/fence/service.ts';
import { defaultFenceSettings, type FenceSettings } from '../../../src/fence/settings.ts';
import { createFakeBmc, type FakeBehaviour, type FakeBmc, type Owner } from '../../support/fake-bmc.ts';
import { createFakeMachine, type MachineTimes } from '../../support/fake-machine.ts';
import { createMemoryJournal, type MemoryJournal } from '../../support/memory-journal.ts';

/** One request of a test and, in time, its answer. */
export interface Asked {
  readonly server: string;
  readonly action: FenceAction;
  readonly atMs: number;
  readonly deadlineMs: number;
  /** Its place among all requests and packets. */
  readonly order: number;
  answer: FenceAnswer | undefined;
  answeredMs: number | undefined;
  /** How many events were on disk when it was answered. */
  eventsThen: number;
  /** How often the server had come on by then. */
  cameOnThen: number;
  error: unknown;
}

export type EventOf<Type extends EventType> = Extract<Event, { type: Type }>;

/** The forced-stop service over simulated servers, on a clock that the test moves. */
export interface FenceBench {
  readonly clock: VirtualClock;
  readonly journal: MemoryJournal;
  readonly service: FenceService;
  /** Every event that was offered to the journal, whatever the disk did with it. */
  readonly offered: NewEvent[];
  readonly pinned: Map<string, string>;
  /** Servers that count as proved off. */
  readonly provedOff: Map<string, ProvedOff>;
  /** When the request of a job reached the disk, in the order of {@link Asked.order}. */
  readonly requestedOrder: ReadonlyMap<string, number>;
  readonly asked: readonly Asked[];
  bmc(server?: string): FakeBmc;
  ask(action: FenceAction, options?: AskOptions): Asked;
  /** Events on disk, of one type. */
  events<Type extends EventType>(type: Type): EventOf<Type>[];
  /** Lets everything end: jobs, observing, the hardware. */
  finish(): Promise<void>;
}

/** Whose request it is and for what; server1's, by nobody in particular, unless said otherwise. */
export interface AskOptions {
  readonly server?: string;
  readonly deadlineMs?: number;
  readonly requester?: string;
  readonly requesterNode?: string;
  readonly quorum?: boolean;
}

export interface BenchOptions {
  readonly settings?: Partial<FenceSettings>;
  readonly self?: string;
  readonly servers?: readonly string[];
  readonly power?: 'on' | 'off';
  /** As in the configuration of a server. */
  readonly pinIdentity?: boolean;
  readonly times?: Partial<MachineTimes>;
  readonly behaviour?: Partial<FakeBehaviour>;
  /** How servers are stopped; by their BMC alone, if nothing else is said. */
  readonly chain?: Chain;
  /** Servers that the configuration knows, but gives no BMC. */
  readonly withoutBmc?: readonly string[];
}

export const server1 = 'server1';
export const server2 = 'server2';

/** Longer than any deadline, observation or restart of these tests. */
const longEnoughMs = 600_000;

const counter = (): (() => number) => {
  let count = 0;
  return () => {
    count += 1;
    return count;
  };
};

const createServers = (clock: VirtualClock, options: BenchOptions, nextOrder: () => number) => {
  const servers = new Map<string, FakeBmc>();
  for (const name of options.servers ?? [server1, server2]) {
    const times = { offDelayMs: 0, onDelayMs: 0, ...options.times };
    const machine = createFakeMachine(clock, options.power ?? 'on', times);
    servers.set(name, createFakeBmc({ clock, machine, nextOrder, behaviour: { ...options.behaviour } }));
  }
  return servers;
};

/** The journal as the application wires it: a recorded pin is known from then on. */
const createRecorder = (journal: MemoryJournal, nextOrder: () => number) => {
  const offered: NewEvent[] = [];
  const pinned = new Map<string, string>();
  const requestedOrder = new Map<string, number>();
  const record = async (event: NewEvent): Promise<Event> => {
    offered.push(event);
    const recorded = await journal.append(event);
    if (event.type === 'bmc.identityPinned') pinned.set(event.data.server, event.data.guid);
    if (event.type === 'fence.requested') requestedOrder.set(event.data.job, nextOrder());
    return recorded;
  };
  return { offered, pinned, requestedOrder, record };
};

/** Numbers the jobs, and writes each job's number onto the port that was handed out for it. */
const createJobNames = () => {
  const nextJob = counter();
  let waiting: Owner | undefined;
  return {
    owner(): Owner {
      waiting = { name: 'nobody' };
      return waiting;
    },
    newJobId(): string {
      const id = `job-${nextJob()}`;
      if (waiting) waiting.name = id;
      waiting = undefined;
      return id;
    },
  };
};

export const createFenceBench = (options: BenchOptions = {}): FenceBench => {
  const clock = createVirtualClock();
  const journal = createMemoryJournal(clock);
  const nextOrder = counter();
  const servers = createServers(clock, options, nextOrder);
  const { record, ...records } = createRecorder(journal, nextOrder);
  const names = createJobNames();
  const provedOff = new Map<string, ProvedOff>();
  const settings: FenceSettings = { ...defaultFenceSettings, ...options.settings };
  const service = createFenceService({
    clock,
    log: silentLogger,
    settings: () => settings,
    self: options.self,
    knows: (server) => servers.has(server) || (options.withoutBmc ?? []).includes(server),
    bmcOf: (server) => servers.get(server)?.port(names.owner()),
    chainOf: () => options.chain ?? bmcOnly,
    identities: {
      pinned: (server) => records.pinned.get(server),
      ownerOf: (guid) => [...records.pinned].find(([, own]) => own === guid)?.[0],
      checked: () => options.pinIdentity ?? true,
    },
    provedOff: (server) => provedOff.get(server),
    record,
    newJobId: names.newJobId,
  });

  const all: Asked[] = [];
  const ask: FenceBench['ask'] = (action, options = {}) => {
    const { server = server1, deadlineMs = settings.deadlineMs, ...who } = options;
    const asked: Asked = {
      server,
      action,
      deadlineMs,
      atMs: clock.nowMs(),
      order: nextOrder(),
      answer: undefined,
      answeredMs: undefined,
      eventsThen: 0,
      cameOnThen: 0,
      error: undefined,
    };
    all.push(asked);
    service.request({ server, action, deadlineMs, requester: 'test', ...who }).then(
      (answer) => {
        asked.answer = answer;
        asked.answeredMs = clock.nowMs();
        asked.eventsThen = journal.events().length;
        asked.cameOnThen = servers.get(server)?.machine.cameOnMs.length ?? 0;
      },
      (error: unknown) => {
        asked.error = error;
      },
    );
    return asked;
  };

  return {
    clock,
    journal,
    service,
    ...records,
    provedOff,
    asked: all,
    ask,
    bmc(server = server1) {
      const bmc = servers.get(server);
      if (!bmc) throw new Error(`the test has no ${server}`);
      return bmc;
    },
    events: <Type extends EventType>(type: Type) =>
      journal.events().filter((event): event is EventOf<Type> => event.type === type),
    finish: () => clock.advance(longEnoughMs),
  };
};

/** The answer that a request got; fails the test where it has none yet. */
export const answerOf = (asked: Asked): FenceAnswer => {
  if (asked.answer) return asked.answer;
  throw asked.error ?? new Error(`${asked.action} of ${asked.server} is not answered yet`);
};

/** How long a request waited for its answer. */
export const waitedMs = (asked: Asked): number => (asked.answeredMs ?? Number.NaN) - asked.atMs;

/** Asks and runs the clock until every deadline of the request is behind it. */
export const answered = async (
  bench: FenceBench,
  action: FenceAction,
  options: AskOptions = {},
): Promise<FenceAnswer & { waitedMs: number }> => {
  const asked = bench.ask(action, options);
  await bench.clock.advance(asked.deadlineMs);
  return { ...answerOf(asked), waitedMs: waitedMs(asked) };
};

/** The commands that left for a server, by name. */
export const commandsOf = (bmc: FakeBmc): string[] => bmc.controls().map(({ call }) => call);

/** The monotonic times at which a command left. */
export const timesOf = (bmc: FakeBmc, command: string): number[] =>
  bmc
    .controls()
    .filter(({ call }) => call === command)
    .map(({ atMs }) => atMs);

export const journalDown = new CodedError('journal.failed', 'the disk is full');
