import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMethodTables } from '../../src/bridge/engine/method-tables.ts';
import { type EngineSocket, listenEngineSocket } from '../../src/bridge/engine/server.ts';
import type { EngineServices, ServerRow } from '../../src/bridge/engine/services.ts';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { CodedError } from '../../src/core/errors.ts';
import { type LogFields, type Logger, silentLogger } from '../../src/core/log.ts';
import { createBus } from '../../src/events/bus.ts';
import type { Event, FenceReport, NewEvent } from '../../src/events/catalogue.ts';
import type { Evidence } from '../../src/evidence/verdict.ts';
import { connectLines, type LineClient } from './line-client.ts';
import { createMemoryJournal, type MemoryJournal } from './memory-journal.ts';

const evidence: Evidence = { verdict: 'unknown', why: 'Nothing is known of it.', facts: [] };

export const row: ServerRow = {
  name: 'server1',
  power: 'on',
  bmc: 'ok',
  ready: 'yes',
  readiness: { because: 'its BMC let us in' },
  identify: { lit: false },
  reported: 'unknown',
  evidence,
};

export const report: FenceReport = {
  job: 'job-1',
  server: 'server1',
  action: 'off',
  outcome: 'confirmed',
  fenced: true,
  journalled: true,
  steps: [],
};

/** Services that answer at once, until a test puts something else in their place. */
export const fakeServices = (): EngineServices => ({
  identity: () => ({ version: '0.1.0', cluster: 'prod-a', node: 'server1' }),
  servers: () => [row],
  server(name) {
    if (name === row.name) return row;
    throw new CodedError('server.unknown');
  },
  requestFence: async () => ({ ...report, joined: false }),
  fence: async () => ({ ...report, running: false }),
  setIdentify: async ({ server }) => ({ server, outcome: 'confirmed' }),
  setMaintenance: async ({ server, until }) => ({
    server,
    ...(until === null ? {} : { maintenance: { since: until, until } }),
  }),
  pinIdentity: async (server) => ({ server, outcome: 'confirmed', guid: '00ff' }),
  unpinIdentity: async (server) => ({ server, outcome: 'confirmed' }),
  readSensors: async (server) => ({ server, at: '2026-01-01T00:00:00.000Z', sensors: [] }),
  readEventLog: async ({ server, last }) => ({
    ...{ server, at: '2026-01-01T00:00:00.000Z', total: last },
    ...{ overflow: false, entries: [] },
  }),
  confirmOff: async (order) => ({ ...order, at: '2026-01-01T00:00:00.000Z', evidence }),
  examine: async (server = row.name) => {
    const { ready, readiness } = row;
    return { works: true, servers: [{ server, works: true, findings: [], ready, readiness }] };
  },
  reportNode: async () => undefined,
  testNoc: async () => [],
  notifyMonitor: async ({ category, keyword, clear }) => ({
    ...{ category, keyword },
    state: clear ? ('normal' as const) : ('error' as const),
  }),
  monitors: () => [],
  clearMonitor: async ({ category, keyword }) => ({ category, keyword, state: 'normal' }),
  health: () => ({ uptimeSeconds: 7, journal: { state: 'ok' } }),
});

/** A promise and the calls that settle it. */
export const gate = () => {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
};

export interface EngineFixture {
  readonly directory: string;
  readonly path: string;
  readonly engine: EngineSocket;
  readonly notify: EngineSocket;
  readonly journal: MemoryJournal;
  /** Replace what a test wants to behave otherwise. */
  readonly services: EngineServices;
  /** Warnings that were logged, oldest first. */
  readonly warnings: LogFields[];
  connect(path?: string): Promise<LineClient>;
  /** Appends an event, then publishes it, as the daemon does. */
  record(event?: NewEvent): Promise<Event>;
  close(): Promise<void>;
}

export const pinned = (guid: string, server = 'server1'): NewEvent => ({
  type: 'bmc.identityPinned',
  source: 'test',
  data: { server, guid },
});

/** Both sockets in a directory of their own, over a journal in memory. */
export const startEngine = async (clock: Clock = systemClock): Promise<EngineFixture> => {
  const directory = await mkdtemp(join(tmpdir(), 'noroshi-socket-'));
  const journal = createMemoryJournal(clock);
  const warnings: LogFields[] = [];
  const log: Logger = { ...silentLogger, warn: (fields) => void warnings.push(fields) };
  const bus = createBus(log);
  const services = fakeServices();
  const tables = createMethodTables({ clock, log, journal, bus, services, language: () => 'en' });
  const path = join(directory, 'engine.sock');
  const engine = await listenEngineSocket({ path, mode: 0o660, methods: tables.engine, clock, log });
  const notifyPath = join(directory, 'notify.sock');
  const notify = await listenEngineSocket({
    path: notifyPath,
    mode: 0o600,
    methods: tables.notify,
    clock,
    log,
  });
  const clients: LineClient[] = [];
  return {
    directory,
    path,
    engine,
    notify,
    journal,
    services,
    warnings,
    async connect(to = path) {
      const client = await connectLines(to);
      clients.push(client);
      return client;
    },
    async record(event = pinned('00')) {
      const recorded = await journal.append(event);
      bus.publish(recorded);
      return recorded;
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await Promise.all([engine.close(), notify.close()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
};
