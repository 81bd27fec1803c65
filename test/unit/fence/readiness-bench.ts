import { sleep } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { createVirtualClock, type VirtualClock } from '../../../src/core/virtual-clock.ts';
import { createBus } from '../../../src/events/bus.ts';
import type { Event, EventType, NewEvent } from '../../../src/events/catalogue.ts';
import { createEventLog } from '../../../src/events/event-log.ts';
import type { Readiness } from '../../../src/fence/readiness.ts';
import { createReadinessKeeper, type ReadinessKeeper } from '../../../src/fence/readiness-keeper.ts';
import type { Rehearsal } from '../../../src/fence/rehearsal.ts';
import { createMemoryJournal } from '../../support/memory-journal.ts';

/** The keeper of readiness over rehearsals that the test plays, on a clock that it moves. */
export interface ReadinessBench {
  readonly clock: VirtualClock;
  /** The servers that were tried, in order, with `thorough` where that was asked for. */
  readonly tries: string[];
  servers: readonly string[];
  /** What rehearsals that begin now come to. */
  outcome: Rehearsal;
  /** How long they take. */
  takesMs: number;
  /** Whether they overhear that they are called off. */
  deaf: boolean;
  keeper(): ReadinessKeeper;
  readiness(server: string): Readiness;
  underWay(): number;
  mostUnderWay(): number;
  record(event: NewEvent): Promise<void>;
  events<Type extends EventType>(type: Type): (Event & { readonly type: Type })[];
  restart(): Promise<void>;
}

const plan = { intervalMs: 300_000, limitMs: 660_000 };

export const createReadinessBench = async ({
  servers,
}: {
  readonly servers: readonly string[];
}): Promise<ReadinessBench> => {
  const clock = createVirtualClock();
  const journal = createMemoryJournal(clock);
  const told: Event[] = [];
  let underWay = 0;
  let most = 0;

  const begin = async () => {
    const bus = createBus(silentLogger);
    const log = createEventLog({ journal, bus, log: silentLogger, clock });
    await log.start();
    bus.subscribe((event) => void told.push(event));
    const keeper = createReadinessKeeper({
      clock,
      plan: () => ({ ...plan, servers: bench.servers }),
      view: log.view,
      subscribe: bus.subscribe,
      record: (event) => void log.record(event),
      random: () => 0.5,
      async rehearse(server, { thorough, locked }, { signal }) {
        if (locked) return { kind: 'calledOff' };
        bench.tries.push(thorough ? `${server} thorough` : server);
        underWay += 1;
        most = Math.max(most, underWay);
        const { outcome, deaf } = bench;
        await sleep(clock, bench.takesMs, deaf ? undefined : signal);
        underWay -= 1;
        return signal?.calledOff && !deaf ? { kind: 'calledOff' } : outcome;
      },
    });
    return { log, keeper };
  };

  const bench: ReadinessBench = {
    clock,
    tries: [],
    servers,
    outcome: { kind: 'works', because: 'its BMC let us in' },
    takesMs: 0,
    deaf: false,
    keeper: () => life.keeper,
    readiness: (server) => life.keeper.of(server),
    underWay: () => underWay,
    mostUnderWay: () => most,
    async record(event) {
      await life.log.record(event);
    },
    events: <Type extends EventType>(type: Type) =>
      told.filter((event): event is Event & { readonly type: Type } => event.type === type),
    async restart() {
      await life.keeper.stop();
      life = await begin();
    },
  };
  let life = await begin();
  return bench;
};
