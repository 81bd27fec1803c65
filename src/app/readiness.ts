import type { Config } from '../config/load.ts';
import type { Clock } from '../core/clock.ts';
import type { Finding } from '../core/finding.ts';
import type { CallLimits } from '../core/ports.ts';
import type { Bus } from '../events/bus.ts';
import type { NewEvent } from '../events/catalogue.ts';
import type { View } from '../events/view.ts';
import { evidenceLimitsFor } from '../evidence/limits.ts';
import type { Identities } from '../fence/identity.ts';
import { createReadinessKeeper, type ReadinessKeeper } from '../fence/readiness-keeper.ts';
import { type Rehearsal, rehearse } from '../fence/rehearsal.ts';
import { judgeFor } from './doctor.ts';
import type { Hardware } from './hardware.ts';

export interface ReadinessDeps {
  readonly clock: Clock;
  readonly config: () => Config;
  readonly hardware: () => Hardware;
  readonly identities: Identities;
  readonly view: () => View;
  readonly bus: Bus;
  readonly record: (event: NewEvent) => void;
}

/** The same stranger is told once, and not at every rehearsal. */
const tellOnce =
  ({ view, record }: ReadinessDeps, server: string) =>
  (event: NewEvent): void => {
    const { servers } = view();
    const known = Object.hasOwn(servers, server) ? servers[server]?.readiness?.reason?.code : undefined;
    if (event.type !== 'bmc.identityMismatched' || known !== 'bmc.identity') record(event);
  };

const tellCipherZero = (
  { view, record }: ReadinessDeps,
  server: string,
  findings: readonly Finding[],
): void => {
  const finding = findings.find(({ check }) => check === 'cipher0');
  // A warning that rests on an error says that it was not learned.
  if (!finding || (finding.state !== 'good' && finding.code !== undefined)) return;
  const accepted = finding.state !== 'good';
  const { servers } = view();
  const known = Object.hasOwn(servers, server) ? servers[server]?.cipherZero : undefined;
  if (accepted === (known ?? false)) return;
  const severity = accepted ? 'warning' : 'notice';
  record({
    type: 'bmc.cipherZeroChanged',
    source: 'readiness',
    severity,
    data: { server, accepted },
  });
};

const rehearseServer = async (
  deps: ReadinessDeps,
  server: string,
  thorough: boolean,
  limits: CallLimits,
): Promise<Rehearsal> => {
  const bmc = deps.hardware().bmcOf(server);
  if (!bmc) {
    const message = `the configuration gives ${server} no BMC`;
    return { kind: 'fails', reason: { code: 'fence.noBmc', message } };
  }
  const { identities } = deps;
  const rehearsed = await rehearse({ bmc, identities, report: tellOnce(deps, server) }, server, limits);
  if (rehearsed.kind !== 'works' || !thorough) return rehearsed;
  const findings = await bmc.examine(limits, judgeFor(identities, server));
  if (limits.signal?.calledOff) return { kind: 'calledOff' };
  tellCipherZero(deps, server, findings);
  const trouble = findings.find(({ state }) => state === 'bad');
  if (trouble?.state !== 'bad') return rehearsed;
  return { kind: 'fails', reason: { code: trouble.code ?? 'bmc.protocol', message: trouble.message } };
};

/** The keeper of readiness, over the configuration and the hardware that are in force at the time. */
export const startReadiness = (deps: ReadinessDeps): ReadinessKeeper => {
  const { clock, config, view, bus, record } = deps;
  return createReadinessKeeper({
    ...{ clock, view, record, subscribe: bus.subscribe, random: Math.random },
    plan: () => {
      const { servers, readiness } = config();
      const intervalMs = readiness.intervalSeconds * 1000;
      return {
        ...{ servers: Object.keys(servers), intervalMs },
        limitMs: evidenceLimitsFor(intervalMs).bmcMs,
      };
    },
    rehearse: (server, thorough, limits) => rehearseServer(deps, server, thorough, limits),
  });
};
