import { builtInMonitorRules } from '../../../src/config/monitor-rules.ts';
import { type LogFields, silentLogger } from '../../../src/core/log.ts';
import { createVirtualClock, type VirtualClock } from '../../../src/core/virtual-clock.ts';
import { createBus } from '../../../src/events/bus.ts';
import type { Event, NewEvent } from '../../../src/events/catalogue.ts';
import { createEventLog, type EventLog } from '../../../src/events/event-log.ts';
import type { MonitorName } from '../../../src/events/monitors.ts';
import { createMonitors, type Monitors } from '../../../src/monitor/keeper.ts';
import type { RaiseRequest } from '../../../src/monitor/request.ts';
import { compileRules, requestsByRules } from '../../../src/monitor/rules.ts';
import { createMemoryJournal, type MemoryJournal } from '../../support/memory-journal.ts';

export const seconds = (count: number): number => count * 1000;
export const minutes = (count: number): number => count * 60_000;

/** Monitors over a journal in memory, on a clock that the test moves; the journal outlives them. */
export interface MonitorBench {
  readonly clock: VirtualClock;
  readonly journal: MemoryJournal;
  readonly warnings: LogFields[];
  readonly config: { retellMs: number; expireSeconds: Record<string, number> };
  monitors(): Monitors;
  events(): EventLog;
  /** Raises as an agent does. */
  raise(name?: Partial<MonitorName>, more?: Partial<RaiseRequest>): ReturnType<Monitors['take']>;
  clear(name?: Partial<MonitorName>): ReturnType<Monitors['take']>;
  record(event: NewEvent): Promise<void>;
  /** A maintenance of server2 for so long, or its end. */
  maintain(forMs: number | 'end'): Promise<void>;
  /** Begins a life on what the journal knows. */
  start(): Promise<void>;
  /** Ends as SIGKILL does. */
  kill(): void;
  /** Monitor events on record, as `at seconds, what`. */
  told(): string[];
}

const fan: MonitorName = { category: 'FAN', keyword: 'fan1', server: 'server2' };
const rules = compileRules(builtInMonitorRules);

const inWords = (event: Event): string[] => {
  const at = (Date.parse(event.at) - Date.UTC(2026, 0, 1)) / 1000;
  if (event.type === 'monitor.raised') {
    const { keyword, count, again, silenced } = event.data;
    return [`${at} ${keyword} raised ${count}${again ? ` ${again}` : ''}${silenced ? ' silenced' : ''}`];
  }
  if (event.type !== 'monitor.cleared') return [];
  const { keyword, why, silenced } = event.data;
  return [`${at} ${keyword} ${why}${silenced ? ' silenced' : ''}`];
};

export const createMonitorBench = async (): Promise<MonitorBench> => {
  const clock = createVirtualClock();
  const journal = createMemoryJournal(clock);
  const warnings: LogFields[] = [];
  const log = { ...silentLogger, warn: (fields: LogFields) => void warnings.push(fields) };
  let life: { events: EventLog; monitors: Monitors; alive: boolean } | undefined;
  const current = () => {
    if (!life) throw new Error('the bench was not started');
    return life;
  };
  const bench: MonitorBench = {
    clock,
    journal,
    warnings,
    config: { retellMs: minutes(60), expireSeconds: {} },
    monitors: () => current().monitors,
    events: () => current().events,
    raise: (name, more) =>
      current().monitors.take({
        ...{ kind: 'raise', ...fan, ...name, message: 'it stands still', origin: 'notify', by: 'agent' },
        ...more,
      }),
    clear: (name) =>
      current().monitors.take({ kind: 'clear', ...fan, ...name, why: 'cleared', requester: 'alice' }),
    async record(event) {
      await current().events.record(event);
      await clock.advance(0);
    },
    async maintain(forMs) {
      const told = { server: 'server2', requester: 'cli' };
      if (forMs === 'end') return bench.record({ type: 'maintenance.ended', source: 'app', data: told });
      const until = new Date(clock.wallMs() + forMs).toISOString();
      await bench.record({ type: 'maintenance.began', source: 'app', data: { ...told, until } });
    },
    async start() {
      const bus = createBus(log);
      const events = createEventLog({ journal, bus, log, clock });
      await events.start();
      const one = { alive: true };
      const monitors = createMonitors({
        ...{ clock, log, view: events.view },
        subscribe: (listener) => bus.subscribe((event) => one.alive && listener(event)),
        record: (event) => (one.alive ? events.record(event) : new Promise(() => undefined)),
        requestsOf: (event) => requestsByRules(rules, event),
        settings: () => ({
          retellMs: bench.config.retellMs,
          expireSeconds: (category) => new Map(Object.entries(bench.config.expireSeconds)).get(category),
        }),
      });
      life = Object.assign(one, { events, monitors });
      await clock.advance(0);
    },
    kill() {
      current().alive = false;
    },
    told: () => journal.events().flatMap(inWords),
  };
  await bench.start();
  return bench;
};
