import { randomUUID } from 'node:crypto';
import { bmcForStop, chainOf } from './app/chain.ts';
import { judgeFor } from './app/doctor.ts';
import { buildHardware, type Hardware } from './app/hardware.ts';
import { startKeeper } from './app/identify.ts';
import { version } from './app/paths.ts';
import { startReadiness } from './app/readiness.ts';
import { createServices } from './app/services.ts';
import { startTraps, type Traps } from './app/traps.ts';
import { createMethodTables } from './bridge/engine/method-tables.ts';
import { type EngineSocket, listenEngineSocket } from './bridge/engine/server.ts';
import type { Config } from './config/load.ts';
import { type Clock, type Timer, timedOut, within } from './core/clock.ts';
import { CodedError } from './core/errors.ts';
import type { Logger } from './core/log.ts';
import { type Bus, createBus } from './events/bus.ts';
import type { NewEvent } from './events/catalogue.ts';
import { createEventLog, type EventLog } from './events/event-log.ts';
import type { Journal } from './events/journal.ts';
import { openJournal } from './events/journal-thread.ts';
import type { View } from './events/view.ts';
import { type EvidenceKeeper, keepEvidence } from './evidence/keeper.ts';
import { evidenceLimitsFor } from './evidence/limits.ts';
import { carriedOver } from './fence/carry-over.ts';
import type { Identities } from './fence/identity.ts';
import type { ReadinessKeeper } from './fence/readiness-keeper.ts';
import { createFenceService, type FenceService } from './fence/service.ts';
import { defaultFenceSettings } from './fence/settings.ts';
import type { IdentifyKeeper } from './panel/identify-keeper.ts';
import { watchMaintenance } from './panel/maintenance.ts';

export interface DaemonDeps {
  readonly clock: Clock;
  readonly log: Logger;
}

/** The running gateway. */
export interface Daemon {
  /** Takes over servers, BMC credentials and deadlines of a new configuration; jobs under way keep the old ones. */
  reload(config: Config): Promise<void>;
  /** Puts on record why a new configuration was not taken. */
  rejected(problems: readonly string[]): Promise<void>;
  /** Ends everything in order; resolves when nothing is left but, where `stuck`, a thread that hangs in the disk. */
  stop(): Promise<{ readonly stuck: boolean }>;
}

interface Parts {
  readonly deps: DaemonDeps;
  readonly journal: Journal;
  readonly bus: Bus;
  readonly events: EventLog;
  /** What a reload replaces. */
  readonly current: { config: Config; hardware: Hardware };
  /** What reloads replaced and jobs may still use. */
  readonly replaced: Set<Hardware>;
  readonly fence: FenceService;
  readonly evidence: EvidenceKeeper;
}

const maintenanceMs = 10 * 60 * 1000;

/**
 * Records a fact that stands whether or not it reaches the disk; the event log has put a failure in the
 * log already.
 */
const note = async (events: EventLog, event: NewEvent): Promise<void> => {
  await events.record(event).catch(() => undefined);
};

/** As long as a start or a stop waits for the disk, and as a client does for what it wants recorded. */
const recordLimitMs = 3_000;

/** The record with an answer in time: a disk that hangs must not keep a client, a start or a stop waiting. */
const recordInTime =
  ({ clock }: DaemonDeps, events: EventLog): EventLog['record'] =>
  async (event) => {
    const recorded = await within(clock, recordLimitMs, events.record(event));
    if (recorded !== timedOut) return recorded;
    throw new CodedError('journal.failed', 'the disk does not answer; this may still be recorded later');
  };

/** As {@link note}, but no longer than a start, a reload or a stop may wait. */
const noteInTime = async (
  { deps, events }: Pick<Parts, 'deps' | 'events'>,
  event: NewEvent,
): Promise<void> => {
  await recordInTime(deps, events)(event).catch(() => undefined);
};

/** The server that a BMC identity is pinned to. */
const serverWith = ({ servers }: View, guid: string): string | undefined =>
  Object.keys(servers).find((name) => servers[name]?.guid === guid);

const identitiesOf = (current: Pick<Parts['current'], 'config'>, events: EventLog): Identities => ({
  pinned: (server) => events.view().servers[server]?.guid,
  ownerOf: (guid) => serverWith(events.view(), guid),
  checked: (server) => current.config.servers[server]?.pinIdentity ?? true,
});

const hardwareFor = (config: Config, { clock }: DaemonDeps, events: EventLog): Hardware => {
  const identities = identitiesOf({ config }, events);
  return buildHardware(config.servers, {
    clock,
    lastKnown: (server) => events.view().servers[server] ?? { power: 'unknown', bmc: 'unknown' },
    judge: (server) => judgeFor(identities, server),
    report: (event) => note(events, event),
  });
};

/** The server this gateway runs on, where it runs on one. */
const ownServer = ({ self }: Config): string | undefined => (self.role === 'member' ? self.node : undefined);

/** One source can be wrong: who failed over on a proof hears at once of life that contradicts it. */
const evidenceFor = (current: Parts['current'], clock: Clock, bus: Bus, events: EventLog): EvidenceKeeper =>
  keepEvidence({
    clock,
    bus,
    view: events.view,
    self: ownServer(current.config),
    limits: () => evidenceLimitsFor(current.config.readiness.intervalSeconds * 1000),
    contradicted: (data, cause) =>
      void note(events, { type: 'fence.contradicted', source: 'evidence', data, cause }),
  });

const fenceFor = (current: Parts['current'], { clock, log }: DaemonDeps, events: EventLog): FenceService =>
  createFenceService({
    clock,
    log,
    settings: () => ({ ...defaultFenceSettings, deadlineMs: current.config.fence.deadlineSeconds * 1000 }),
    self: ownServer(current.config),
    knows: (server) => Object.hasOwn(current.config.servers, server),
    bmcOf: (server) => bmcForStop(current.config, server, current.hardware.bmcOf(server)),
    chainOf: (server) => chainOf(current.config, server, clock),
    identities: identitiesOf(current, events),
    record: events.record,
    newJobId: () => randomUUID(),
  });

const openParts = async (config: Config, deps: DaemonDeps): Promise<Parts> => {
  const { clock, log } = deps;
  const journal = await openJournal({ directory: config.stateDirectory, retention: config.journal, clock });
  try {
    const bus = createBus(log);
    const events = createEventLog({ journal, bus, log, clock });
    await events.start();
    const current = { config, hardware: hardwareFor(config, deps, events) };
    const evidence = evidenceFor(current, clock, bus, events);
    return {
      deps,
      journal,
      bus,
      events,
      current,
      replaced: new Set(),
      fence: fenceFor(current, deps, events),
      evidence,
    };
  } catch (error) {
    await journal.close();
    throw error;
  }
};

/** Opens both local sockets, or none of them. */
const openSockets = async (
  parts: Parts,
  keeper: IdentifyKeeper,
  readiness: ReadinessKeeper,
  traps: Traps,
): Promise<EngineSocket[]> => {
  const { clock, log } = parts.deps;
  const { engine, notify } = parts.current.config;
  const { journal, bus, fence, evidence, current } = parts;
  const events = { ...parts.events, record: recordInTime(parts.deps, parts.events) };
  const config = () => current.config;
  const hardware = () => current.hardware;
  const identities = identitiesOf(current, events);
  const services = createServices({
    ...{ clock, config, hardware, journal, events, evidence, fence, identities, keeper, readiness, traps },
  });
  const methods = createMethodTables({ clock, log, journal, bus, services });
  const open = [await listenEngineSocket({ ...fileOf(engine), methods: methods.engine, clock, log })];
  if (!notify) return open;
  try {
    return [...open, await listenEngineSocket({ ...fileOf(notify), methods: methods.notify, clock, log })];
  } catch (error) {
    await Promise.all(open.map((socket) => socket.close()));
    throw error;
  }
};

const fileOf = ({ socket, mode, group }: Config['engine']) => ({
  path: socket,
  mode,
  ...(group === undefined ? {} : { group }),
});

/** A disk that takes nothing does not keep the gateway from starting: it can still stop servers. */
const recordStart = async ({ deps, events, current }: Parts): Promise<void> => {
  const data = { node: current.config.self.node, version };
  const record = recordInTime(deps, events);
  await record({ type: 'gateway.started', source: 'app', data }).catch(() => events.forgetReadings());
};

/** Takes up what the last end of the daemon cut off. */
const resumeJobs = async ({ deps, events, fence }: Parts): Promise<void> => {
  const jobs = Object.values(events.view().jobs);
  await fence.resume(carriedOver(jobs, deps.clock.wallMs(), defaultFenceSettings.powerOnLimitMs));
};

const keeperFor = (parts: Parts): IdentifyKeeper => {
  const { deps, current, events, bus } = parts;
  return startKeeper({
    ...{ ...deps, bus, view: events.view, identities: identitiesOf(current, events) },
    config: () => current.config,
    hardware: () => current.hardware,
    record: (event) => noteInTime(parts, event),
  });
};

const readinessFor = (parts: Parts): ReadinessKeeper => {
  const { deps, current, events, bus } = parts;
  return startReadiness({
    ...{ clock: deps.clock, bus, view: events.view, identities: identitiesOf(current, events) },
    config: () => current.config,
    hardware: () => current.hardware,
    record: (event) => void note(events, event),
  });
};

const trapsFor = ({ deps, current, events }: Parts): Promise<Traps> =>
  startTraps({ ...deps, config: () => current.config, record: events.record });

const endMaintenances = (parts: Parts, keeper: IdentifyKeeper): (() => void) => {
  const { deps, events, bus } = parts;
  return watchMaintenance({
    ...{ clock: deps.clock, view: events.view, subscribe: bus.subscribe, onOver: keeper.recheck },
    record: (event) => noteInTime(parts, event),
  });
};

const keepMaintaining = ({ deps, events }: Parts): (() => void) => {
  let timer: Timer | undefined;
  const arm = () => {
    timer = deps.clock.after(maintenanceMs, () => void events.maintain().finally(arm));
  };
  arm();
  return () => timer?.cancel();
};

const fixed = ['cluster', 'self', 'stateDirectory', 'engine', 'notify', 'journal'] as const;

/** Sections that only a restart can change, as far as they differ. */
const needRestart = (before: Config, after: Config): string[] =>
  fixed.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));

/** Puts a new configuration in force; devices that a job uses stay open until it is done with them. */
const replace = ({ current, deps, events, replaced }: Parts, config: Config): void => {
  const before = current.hardware;
  current.hardware = hardwareFor(config, deps, events);
  current.config = config;
  replaced.add(before);
  void before.retire().finally(() => replaced.delete(before));
};

const closeHardware = async ({ current, replaced }: Parts): Promise<void> => {
  await Promise.all([current.hardware, ...replaced].map((hardware) => hardware.close()));
};

const reload = async (parts: Parts, config: Config): Promise<void> => {
  const { current, deps } = parts;
  const kept = needRestart(current.config, config);
  if (kept.length > 0)
    deps.log.warn({ sections: kept }, 'these sections change only at a restart of the daemon');
  const fixedSections = Object.fromEntries(fixed.map((key) => [key, current.config[key]]));
  replace(parts, { ...config, ...fixedSections });
  const servers = Object.keys(config.servers);
  await noteInTime(parts, { type: 'config.reloaded', source: 'app', data: { servers } });
};

/**
 * Starts the gateway: journal, devices, forced stops, sockets. Rejects with `journal.*` or
 * `socket.*`, and then leaves nothing behind.
 */
export const startDaemon = async (config: Config, deps: DaemonDeps): Promise<Daemon> => {
  const parts = await openParts(config, deps);
  const { events, evidence, fence, journal } = parts;
  const { node } = config.self;
  let sockets: EngineSocket[] = [];
  let keeper: IdentifyKeeper | undefined;
  let readiness: ReadinessKeeper | undefined;
  let traps: Traps | undefined;
  try {
    await recordStart(parts);
    await resumeJobs(parts);
    keeper = keeperFor(parts);
    readiness = readinessFor(parts);
    traps = await trapsFor(parts);
    sockets = await openSockets(parts, keeper, readiness, traps);
  } catch (error) {
    await fence.stop();
    await traps?.stop();
    await readiness?.stop();
    await keeper?.stop();
    await closeHardware(parts);
    await journal.close();
    throw error;
  }
  const stopMaintaining = keepMaintaining(parts);
  const stopEnding = endMaintenances(parts, keeper);
  let stopping = false;
  return {
    async reload(next) {
      if (stopping) throw new CodedError('fence.stopping');
      await reload(parts, next);
      keeper.refresh();
      readiness.refresh();
      await traps.refresh();
    },
    rejected: (problems) =>
      noteInTime(parts, { type: 'config.rejected', source: 'app', data: { problems: [...problems] } }),
    async stop() {
      stopping = true;
      stopMaintaining();
      stopEnding();
      await fence.stop();
      await traps.stop();
      await readiness.stop();
      await keeper.stop();
      evidence.stop();
      await Promise.all(sockets.map((socket) => socket.close()));
      await closeHardware(parts);
      await noteInTime(parts, { type: 'gateway.stopped', source: 'app', data: { node } });
      await events.maintain();
      return journal.close();
    },
  };
};
