import type { Config } from '../config/load.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { ownerFor } from '../core/owner.ts';
import type { Bus } from '../events/bus.ts';
import type { NewEvent } from '../events/catalogue.ts';
import type { View } from '../events/view.ts';
import type { Identities } from '../fence/identity.ts';
import { createIdentifyKeeper, type IdentifyKeeper, type IdentifyPlan } from '../panel/identify-keeper.ts';
import { judgeFor } from './doctor.ts';
import type { Hardware } from './hardware.ts';

export interface KeeperDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: () => Config;
  readonly hardware: () => Hardware;
  readonly view: () => View;
  readonly bus: Bus;
  readonly identities: Identities;
  /** Settles in bounded time and never rejects. */
  readonly record: (event: NewEvent) => Promise<void>;
}

/** What the product itself does: 250 s, renewed every 120 s (its `cialert` settings). */
const usualTimes = { litSeconds: 250, rearmSeconds: 120 };
const retryFirstMs = 5_000;

/** The plan of a configuration; without a section about it this gateway lights no lamp by itself. */
const planOf = ({ identify, servers, self }: Config): IdentifyPlan => {
  const { litSeconds, rearmSeconds } = identify ?? usualTimes;
  const rearmMs = rearmSeconds * 1000;
  const firstMs = Math.min(retryFirstMs, rearmMs);
  return {
    servers: Object.keys(servers),
    times: { litMs: litSeconds * 1000, rearmMs, retry: { firstMs, factor: 2, maxMs: rearmMs } },
    owns: (server) => identify !== undefined && ownerFor(identify.owners, server) === self.node,
  };
};

/** The keeper of identify lamps, over the configuration and the hardware that are in force at the time. */
export const startKeeper = (deps: KeeperDeps): IdentifyKeeper => {
  const { clock, log, view, bus, record, identities, hardware } = deps;
  let known: { readonly config: Config; readonly plan: IdentifyPlan } | undefined;
  const plan = (): IdentifyPlan => {
    const config = deps.config();
    if (known?.config !== config) known = { config, plan: planOf(config) };
    return known.plan;
  };
  return createIdentifyKeeper({
    ...{ clock, log, view, record, plan },
    subscribe: bus.subscribe,
    bmcOf: (server) => hardware().bmcOf(server),
    judge: (server) => judgeFor(identities, server),
  });
};
