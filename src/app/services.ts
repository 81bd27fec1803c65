import { identifySeconds, setIdentify } from '../bmc/identify.ts';
import type { EngineServices, FenceSelector, LastFence, ServerRow } from '../bridge/engine/services.ts';
import type { MqttHealth } from '../bridge/mqtt/bridge.ts';
import type { Config } from '../config/load.ts';
import type { Clock } from '../core/clock.ts';
import { deadlineIn } from '../core/deadline.ts';
import { CodedError } from '../core/errors.ts';
import type { CallLimits } from '../core/ports.ts';
import type { FenceReport } from '../events/catalogue.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Journal } from '../events/journal.ts';
import { type MonitorName, monitorKey } from '../events/monitors.ts';
import { inMaintenance, type ServerView } from '../events/view.ts';
import type { EvidenceKeeper } from '../evidence/keeper.ts';
import type { Identities } from '../fence/identity.ts';
import type { ReadinessKeeper } from '../fence/readiness-keeper.ts';
import type { FenceService } from '../fence/service.ts';
import type { Monitors } from '../monitor/keeper.ts';
import type { IdentifyKeeper } from '../panel/identify-keeper.ts';
import { examinedChainOf } from './chain.ts';
import { confirmOff } from './confirm.ts';
import { examineServers } from './doctor.ts';
import type { Hardware } from './hardware.ts';
import { pinIdentity, unpinIdentity } from './identity.ts';
import type { KdumpKeeper } from './kdump.ts';
import { setMaintenance } from './maintenance.ts';
import { clearMonitor, takeNotice } from './monitors.ts';
import type { Noc } from './noc.ts';
import { version } from './paths.ts';
import { type ReadingDeps, readServerEventLog, readServerSensors } from './readings.ts';
import type { Traps } from './traps.ts';

export interface ServiceDeps {
  readonly clock: Clock;
  readonly config: () => Config;
  readonly hardware: () => Hardware;
  readonly journal: Journal;
  readonly events: EventLog;
  readonly evidence: EvidenceKeeper;
  readonly fence: FenceService;
  readonly identities: Identities;
  readonly keeper: Pick<IdentifyKeeper, 'whileFencing' | 'byHand'>;
  readonly readiness: Pick<ReadinessKeeper, 'of' | 'whileFencing'>;
  readonly kdump: Pick<KdumpKeeper, 'portFor' | 'counters'>;
  readonly traps: Pick<Traps, 'counters' | 'whileFencing'>;
  readonly noc: Pick<Noc, 'health' | 'test'>;
  readonly mqtt: { health(): MqttHealth | undefined };
  readonly monitors: Pick<Monitors, 'take' | 'list' | 'counts'>;
}

const operatorLimitMs = 10_000;

const neverSeen: ServerView = { power: 'unknown', bmc: 'unknown', identifyLit: false, reported: 'unknown' };

/** What a row is made from. */
export type RowDeps = Pick<ServiceDeps, 'clock' | 'events' | 'evidence' | 'fence'> & {
  readonly readiness: Pick<ReadinessKeeper, 'of'>;
};

const lastFenceOf = (deps: RowDeps, job: string): LastFence => {
  const report = findReport(deps, job);
  return { job, ...(report && { action: report.action, outcome: report.outcome, fenced: report.fenced }) };
};

const findReport = ({ fence, events }: RowDeps, job: string): FenceReport | undefined =>
  fence.find(job)?.report ?? events.view().jobs[job]?.report;

const readinessRow = ({ readiness }: RowDeps, name: string): Pick<ServerRow, 'ready' | 'readiness'> => {
  const { ready, ...rest } = readiness.of(name);
  return { ready, readiness: rest };
};

/** What is known of a configured server now. */
export const rowOf = (deps: RowDeps, name: string): ServerRow => {
  const { events, evidence, clock } = deps;
  const known = events.view().servers[name] ?? neverSeen;
  const { identifyLit, lamp: _lamp, outage: _outage, lastFence: _recorded, ...rest } = known;
  const {
    confirmedOff: _word,
    provedOff: _proved,
    readiness: _told,
    cipherZero,
    maintenance,
    ...seen
  } = rest;
  const quiet = inMaintenance(known, clock.wallMs()) && maintenance;
  const lastFence = latestJob(deps, name);
  return {
    name,
    ...seen,
    ...readinessRow(deps, name),
    ...(cipherZero ? { cipherZero } : {}),
    identify: { lit: identifyLit },
    ...(quiet ? { maintenance: quiet } : {}),
    ...(lastFence ? { lastFence: lastFenceOf(deps, lastFence) } : {}),
    evidence: evidence.of(name),
  };
};

/** What the fence room remembers goes before the record: a job may not have reached the disk, yet or ever. */
const latestJob = ({ fence, events }: RowDeps, server: string): string | undefined =>
  fence.latestOf(server) ?? events.view().servers[server]?.lastFence;

const knownServer = ({ config }: ServiceDeps, name: string): string => {
  if (Object.hasOwn(config().servers, name)) return name;
  throw new CodedError('server.unknown', `the configuration has no server ${name}`);
};

const selectedJob = (deps: ServiceDeps, selector: FenceSelector): string => {
  if ('job' in selector) return selector.job;
  const job = latestJob(deps, knownServer(deps, selector.server));
  if (job) return job;
  throw new CodedError('job.unknown', `no forced stop of ${selector.server} is on record`);
};

const getFence: (deps: ServiceDeps) => EngineServices['fence'] = (deps) => async (selector) => {
  const job = selectedJob(deps, selector);
  const live = deps.fence.find(job);
  if (live) return { ...live.report, running: live.running };
  const report = deps.events.view().jobs[job]?.report;
  if (report) return { ...report, running: false };
  throw new CodedError('job.unknown', `there is no job ${job}`);
};

const operatorLimits = ({ clock }: ServiceDeps): CallLimits => ({
  deadline: deadlineIn(clock, operatorLimitMs),
  priority: 'operator',
});

const identify: (deps: ServiceDeps) => EngineServices['setIdentify'] = (deps) => async (order) => {
  const { lit, requester } = order;
  const server = knownServer(deps, order.server);
  const bmc = deps.hardware().bmcOf(server);
  if (!bmc) {
    const message = `the configuration gives ${server} no BMC`;
    return { server, outcome: 'refused', reason: { code: 'fence.noBmc', message } };
  }
  return deps.keeper.byHand(server, async () => {
    const { accepted, ...result } = await setIdentify(bmc, lit, operatorLimits(deps));
    const data = { server, lit, requester, ...(lit && { seconds: identifySeconds }) };
    if (accepted) await deps.events.record({ type: 'identify.changed', source: 'app', data });
    return { server, ...result };
  });
};

const examine: (deps: ServiceDeps) => EngineServices['examine'] = (deps) => async (server) => {
  const { clock, config, hardware, identities, kdump } = deps;
  const { self, servers } = config();
  const { bmcOf } = hardware();
  const names = server === undefined ? Object.keys(servers) : [knownServer(deps, server)];
  const own = self.role === 'member' ? self.node : undefined;
  const methodsOf = (name: string) => examinedChainOf(config(), name, { clock, kdump });
  const verdicts = await examineServers({ clock, self: own, bmcOf, identities, methodsOf }, names);
  const examined = verdicts.servers.map((verdict) => ({ ...verdict, ...readinessRow(deps, verdict.server) }));
  return { works: verdicts.works, servers: examined };
};

const readingDeps = ({ clock, hardware, identities }: ServiceDeps, server: string): ReadingDeps => ({
  ...{ clock, identities },
  bmc: hardware().bmcOf(server),
});

/** A server must be known, but for a monitor that outlived its server in the configuration. */
const knownMonitorServer = (deps: ServiceDeps, name: MonitorName): void => {
  if (name.server === undefined || deps.events.view().monitors.get(monitorKey(name))) return;
  knownServer(deps, name.server);
};

/** How the journal is, with its figures as long as it answers. */
const journalHealth = async ({ journal }: ServiceDeps) => {
  const stats = await journal.stats().catch(() => undefined);
  return { ...journal.condition(), ...stats };
};

/** What the sockets offer, carried out by the rooms below. */
export const createServices = (deps: ServiceDeps): EngineServices => {
  const startedMs = deps.clock.nowMs();
  return {
    identity: () => ({ version, cluster: deps.config().cluster, node: deps.config().self.node }),
    servers: () => Object.keys(deps.config().servers).map((name) => rowOf(deps, name)),
    server: (name) => rowOf(deps, knownServer(deps, name)),
    requestFence: (order) =>
      deps.readiness.whileFencing(order.server, () =>
        deps.keeper.whileFencing(order.server, () =>
          deps.traps.whileFencing(order.server, () => deps.fence.request(order)),
        ),
      ),
    fence: getFence(deps),
    setIdentify: identify(deps),
    async setMaintenance(order) {
      return setMaintenance(deps, { ...order, server: knownServer(deps, order.server) });
    },
    async pinIdentity(name) {
      const server = knownServer(deps, name);
      const bmc = deps.hardware().bmcOf(server);
      const { identities, events } = deps;
      return pinIdentity({ bmc, identities, limits: operatorLimits(deps), record: events.record }, server);
    },
    async unpinIdentity(name, requester) {
      const { identities, events } = deps;
      return unpinIdentity({ identities, record: events.record }, knownServer(deps, name), requester);
    },
    async readSensors(name) {
      const server = knownServer(deps, name);
      return readServerSensors(readingDeps(deps, server), server);
    },
    async readEventLog({ server: name, last }) {
      const server = knownServer(deps, name);
      return readServerEventLog(readingDeps(deps, server), server, last);
    },
    confirmOff({ server, ...order }) {
      const { fence, events, evidence, config } = deps;
      const { self } = config();
      const own = self.role === 'member' ? self.node : undefined;
      return confirmOff(
        { fence, events, evidence, self: own },
        { server: knownServer(deps, server), ...order },
      );
    },
    examine: examine(deps),
    async reportNode(report) {
      knownServer(deps, report.node);
      await deps.events.record({ type: 'cluster.reported', source: 'engine', data: report });
    },
    testNoc: (sink) => deps.noc.test(sink),
    async notifyMonitor(notice) {
      knownMonitorServer(deps, notice);
      return takeNotice(deps.monitors, notice);
    },
    monitors: () => deps.monitors.list(),
    async clearMonitor(order) {
      knownMonitorServer(deps, order);
      return clearMonitor(deps.monitors, order);
    },
    async health() {
      const kdump = deps.kdump.counters();
      const noc = deps.noc.health();
      const mqtt = deps.mqtt.health();
      const uptimeSeconds = Math.floor((deps.clock.nowMs() - startedMs) / 1000);
      const traps = await deps.traps.counters();
      return {
        version,
        uptimeSeconds,
        jobsRunning: deps.fence.running(),
        journal: await journalHealth(deps),
        monitors: deps.monitors.counts(),
        ...(kdump && { kdump }),
        ...(traps && { traps }),
        ...(noc && { noc }),
        ...(mqtt && { mqtt }),
      };
    },
  };
};
