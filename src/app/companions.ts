import type { Timer } from '../core/clock.ts';
import type { ReadinessKeeper } from '../fence/readiness-keeper.ts';
import type { IdentifyKeeper } from '../panel/identify-keeper.ts';
import { watchMaintenance } from '../panel/maintenance.ts';
import { examinedChainOf } from './chain.ts';
import { startKeeper } from './identify.ts';
import { identitiesOf, type Parts } from './parts.ts';
import { startReadiness } from './readiness.ts';
import { note, noteInTime } from './record.ts';
import { startTraps, type Traps } from './traps.ts';

const maintenanceMs = 10 * 60 * 1000;

export const keeperFor = (parts: Parts): IdentifyKeeper => {
  const { deps, current, events, bus } = parts;
  return startKeeper({
    ...{ ...deps, bus, view: events.view, identities: identitiesOf(current, events) },
    config: () => current.config,
    hardware: () => current.hardware,
    record: (event) => noteInTime(deps.clock, events, event),
  });
};

export const readinessFor = (parts: Parts): ReadinessKeeper => {
  const { deps, current, events, bus, kdump } = parts;
  return startReadiness({
    ...{ clock: deps.clock, bus, view: events.view, identities: identitiesOf(current, events) },
    config: () => current.config,
    hardware: () => current.hardware,
    methodsOf: (server) => examinedChainOf(current.config, server, { clock: deps.clock, kdump }),
    record: (event) => void note(events, event),
  });
};

export const trapsFor = ({ deps, current, events, engine }: Parts): Promise<Traps> =>
  startTraps({
    ...deps,
    config: () => current.config,
    hardware: () => current.hardware,
    events,
    engine,
  });

export const endMaintenances = (parts: Parts, keeper: IdentifyKeeper): (() => void) => {
  const { deps, events, bus } = parts;
  return watchMaintenance({
    ...{ clock: deps.clock, view: events.view, subscribe: bus.subscribe, onOver: keeper.recheck },
    record: (event) => noteInTime(deps.clock, events, event),
  });
};

export const keepMaintaining = ({ deps, events }: Parts): (() => void) => {
  let timer: Timer | undefined;
  const arm = () => {
    timer = deps.clock.after(maintenanceMs, () => void events.maintain().finally(arm));
  };
  arm();
  return () => timer?.cancel();
};
