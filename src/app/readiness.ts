import type { Config } from '../config/load.ts';
import type { Clock } from '../core/clock.ts';
import { type Finding, failed } from '../core/finding.ts';
import type { Reason } from '../core/outcome.ts';
import type { CallLimits } from '../core/ports.ts';
import type { Bus } from '../events/bus.ts';
import type { NewEvent } from '../events/catalogue.ts';
import type { View } from '../events/view.ts';
import { evidenceLimitsFor } from '../evidence/limits.ts';
import type { Identities } from '../fence/identity.ts';
import {
  createReadinessKeeper,
  type ReadinessKeeper,
  type RehearsalExtent,
} from '../fence/readiness-keeper.ts';
import { type Rehearsal, rehearse } from '../fence/rehearsal.ts';
import { bmcAlone, judgeFor } from './doctor.ts';
import { couldProve, type ExaminedMethod, examineMethod } from './examine-chain.ts';
import type { Hardware } from './hardware.ts';

export interface ReadinessDeps {
  readonly clock: Clock;
  readonly config: () => Config;
  readonly hardware: () => Hardware;
  readonly identities: Identities;
  /** The chain of a server; undefined where it has none of its own. */
  readonly methodsOf: (server: string) => readonly ExaminedMethod[] | undefined;
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

const noBmc = (server: string): Rehearsal => ({
  kind: 'fails',
  reason: { code: 'fence.noBmc', message: `the configuration gives ${server} no BMC` },
});

const rehearseBmc = async (
  deps: ReadinessDeps,
  server: string,
  thorough: boolean,
  limits: CallLimits,
): Promise<Rehearsal> => {
  const bmc = deps.hardware().bmcOf(server);
  if (!bmc) return noBmc(server);
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

const asFindings = (rehearsed: Rehearsal): Finding[] =>
  rehearsed.kind === 'fails' ? [failed('power', 'bad', rehearsed.reason)] : [];

/** The method that stands in for the BMC, where one is able to. */
const standIn = async (
  { clock }: ReadinessDeps,
  methods: readonly ExaminedMethod[],
  bmc: Rehearsal,
  limits: CallLimits,
): Promise<ExaminedMethod | undefined> => {
  for (const method of methods) {
    const examination = await examineMethod(clock, method, limits.deadline.remainingMs());
    if (couldProve(examination, asFindings(bmc))) return method;
  }
  return undefined;
};

/** A BMC that works is enough. Where it does not, the methods that need none are tried in their order. */
const rehearseServer = async (
  deps: ReadinessDeps,
  server: string,
  { thorough, locked }: RehearsalExtent,
  limits: CallLimits,
): Promise<Rehearsal> => {
  const methods = deps.methodsOf(server) ?? bmcAlone;
  const bmc: Rehearsal = locked
    ? { kind: 'fails', reason: locked }
    : await rehearseBmc(deps, server, thorough, limits);
  const readsAndStops = bmc.kind === 'works' && methods.some(({ method }) => method === 'bmc');
  if (readsAndStops || bmc.kind === 'calledOff') return bmc;
  const method = await standIn(deps, methods, bmc, limits);
  if (limits.signal?.calledOff) return { kind: 'calledOff' };
  if (method) return { kind: 'works', because: standInWords(method, bmc), ...bmcReason(bmc) };
  if (bmc.kind === 'fails') return locked ? { kind: 'calledOff' } : bmc;
  const message = `no method of its chain could prove that ${server} is off`;
  return { kind: 'fails', reason: { code: 'fence.notProvable', message } };
};

const bmcReason = (bmc: Rehearsal): { bmc?: Reason } => (bmc.kind === 'fails' ? { bmc: bmc.reason } : {});

const standInWords = (method: ExaminedMethod, bmc: Rehearsal): string => {
  const script = method.method === 'script' ? `its script ${method.file}` : method.method;
  return bmc.kind === 'fails'
    ? `${script} stands in for its BMC (${bmc.reason.message})`
    : `${script} can be run, and its BMC reads the power`;
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
    rehearse: (server, extent, limits) => rehearseServer(deps, server, extent, limits),
  });
};
