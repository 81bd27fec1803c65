import { randomUUID } from 'node:crypto';
import type { Config } from '../config/load.ts';
import type { Clock } from '../core/clock.ts';
import { lazy } from '../core/lazy.ts';
import type { Logger } from '../core/log.ts';
import { type Bus, createBus } from '../events/bus.ts';
import { createEventLog, type EventLog } from '../events/event-log.ts';
import type { Journal } from '../events/journal.ts';
import { openJournal } from '../events/journal-thread.ts';
import type { ProvedOff } from '../events/proved-off.ts';
import type { View } from '../events/view.ts';
import { type EvidenceKeeper, keepEvidence } from '../evidence/keeper.ts';
import { evidenceLimitsFor } from '../evidence/limits.ts';
import type { Identities } from '../fence/identity.ts';
import type { LocalService } from '../fence/local.ts';
import { createFenceService, type FenceService } from '../fence/service.ts';
import { type GatewayEngine, openGatewayEngine } from '../snmp-trap/gateway-engine.ts';
import { loggingAlerts } from './alerts.ts';
import { bmcForStop, chainOf } from './chain.ts';
import { judgeFor } from './doctor.ts';
import { fenceSettingsOf } from './fence-settings.ts';
import { buildHardware, type Hardware } from './hardware.ts';
import { type KdumpKeeper, keepKdump } from './kdump.ts';
import { localServiceFor } from './local.ts';
import { note } from './record.ts';
import { type OnUnrecorded, tellingUnrecorded } from './unrecorded.ts';

export interface DaemonDeps {
  readonly clock: Clock;
  readonly log: Logger;
}

/** What the gateway is made of, before anything is offered to the outside. */
export interface Parts {
  readonly deps: DaemonDeps;
  readonly journal: Journal;
  readonly bus: Bus;
  readonly events: EventLog;
  /** Who hears of urgent events that the disk does not take. */
  readonly onUnrecorded: Set<OnUnrecorded>;
  /** What a reload replaces. */
  readonly current: { config: Config; hardware: Hardware };
  /** What reloads replaced and jobs may still use. */
  readonly replaced: Set<Hardware>;
  readonly fence: FenceService;
  /** Missing where the configuration offers no actions on the own server. */
  readonly local: LocalService | undefined;
  readonly evidence: EvidenceKeeper;
  readonly kdump: KdumpKeeper;
  /** The one SNMP engine of traps that come and go; it counts its start when it is asked for first. Never rejects. */
  readonly engine: () => Promise<GatewayEngine>;
}

/** The server that a BMC identity is pinned to. */
const serverWith = ({ servers }: View, guid: string): string | undefined =>
  Object.keys(servers).find((name) => servers[name]?.guid === guid);

export const identitiesOf = (current: Pick<Parts['current'], 'config'>, events: EventLog): Identities => ({
  pinned: (server) => events.view().servers[server]?.guid,
  ownerOf: (guid) => serverWith(events.view(), guid),
  checked: (server) => current.config.servers[server]?.pinIdentity ?? true,
});

export const hardwareFor = (config: Config, { clock }: DaemonDeps, events: EventLog): Hardware => {
  const identities = identitiesOf({ config }, events);
  return buildHardware(config.servers, {
    clock,
    lastKnown: (server) => events.view().servers[server] ?? { power: 'unknown', bmc: 'unknown' },
    judge: (server) => judgeFor(identities, server),
    report: (event) => note(events, event),
  });
};

const provedOffIn = ({ servers }: View, name: string): ProvedOff | undefined =>
  Object.hasOwn(servers, name) ? servers[name]?.provedOff : undefined;

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

const fenceFor = (
  { current, events, kdump }: Pick<Parts, 'current' | 'events' | 'kdump'>,
  { clock, log }: DaemonDeps,
): FenceService =>
  createFenceService({
    clock,
    log,
    settings: (server) => fenceSettingsOf(current.config, server),
    self: ownServer(current.config),
    knows: (server) => Object.hasOwn(current.config.servers, server),
    bmcOf: (server) => bmcForStop(current.config, server, current.hardware.bmcOf(server)),
    chainOf: (server) => chainOf(current.config, server, { clock, kdump }),
    identities: identitiesOf(current, events),
    provedOff: (server) => provedOffIn(events.view(), server),
    record: events.record,
    newJobId: () => randomUUID(),
  });

/** Opens the journal and builds what stands on it. Rejects with `journal.*`, and then leaves nothing behind. */
export const openParts = async (config: Config, deps: DaemonDeps): Promise<Parts> => {
  const { clock, log } = deps;
  const journal = await openJournal({
    ...{ directory: config.stateDirectory, retention: config.journal, clock },
    checkEvents: false,
  });
  try {
    const bus = createBus(log);
    const eventLog = createEventLog({ journal, bus, log, clock });
    await eventLog.start();
    const onUnrecorded = new Set<OnUnrecorded>();
    const events = tellingUnrecorded(
      loggingAlerts(eventLog, log, () => current.config.alerts.language),
      clock,
      (event) => {
        for (const tell of onUnrecorded) tell(event);
      },
    );
    const current = { config, hardware: hardwareFor(config, deps, events) };
    const evidence = evidenceFor(current, clock, bus, events);
    const kdump = keepKdump({ clock, log, config: () => current.config });
    return {
      deps,
      journal,
      bus,
      events,
      onUnrecorded,
      current,
      replaced: new Set(),
      fence: fenceFor({ current, events, kdump }, deps),
      local: await localServiceFor(config, { clock, log, record: events.record }),
      evidence,
      kdump,
      engine: lazy(() => openGatewayEngine({ clock, log, stateDirectory: config.stateDirectory })),
    };
  } catch (error) {
    await journal.close();
    throw error;
  }
};
