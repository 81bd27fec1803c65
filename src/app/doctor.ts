import type { Verdict } from '../bridge/engine/services.ts';
import type { Clock } from '../core/clock.ts';
import { deadlineIn } from '../core/deadline.ts';
import { codeOf, messageOf } from '../core/errors.ts';
import { type Finding, failed, good } from '../core/finding.ts';
import { inParallel } from '../core/parallel.ts';
import type { BmcPort, JudgeGuid } from '../core/ports.ts';
import { type Identities, judgeIdentity } from '../fence/identity.ts';
import { chainFindings, couldProve, type ExaminedMethod, examineMethod, soften } from './examine-chain.ts';

export interface DoctorDeps {
  readonly clock: Clock;
  /** The server this gateway runs on, where it runs on one. */
  readonly self: string | undefined;
  readonly bmcOf: (server: string) => BmcPort | undefined;
  readonly identities: Identities;
  /** The chain of a server; undefined where it has none of its own, but its BMC alone. */
  readonly methodsOf: (server: string) => readonly ExaminedMethod[] | undefined;
}

/** How long one server may be examined, in milliseconds. */
const limitMs = 10_000;
/** Servers that are examined at a time. */
const width = 16;

/** The same judgement that a forced stop comes to before it sends anything. */
export const judgeFor =
  (identities: Identities, server: string): JudgeGuid =>
  (guid) => {
    const judgement = judgeIdentity(identities, server, guid);
    if (judgement.kind === 'stranger') return judgement.reason;
    if (judgement.kind === 'new') return 'new';
    return identities.checked(server) ? 'known' : 'unchecked';
  };

const examineBmcOf = async (
  { clock, bmcOf, identities }: DoctorDeps,
  server: string,
): Promise<readonly Finding[]> => {
  const bmc = bmcOf(server);
  if (!bmc) {
    const message = `the configuration gives ${server} no BMC`;
    return [failed('bmc', 'bad', { code: 'fence.noBmc', message })];
  }
  try {
    const limits = { deadline: deadlineIn(clock, limitMs), priority: 'operator' } as const;
    return await bmc.examine(limits, judgeFor(identities, server));
  } catch (error) {
    return [failed('bmc', 'bad', { code: codeOf(error) ?? 'bmc.protocol', message: messageOf(error) })];
  }
};

/** What a server without a chain of its own has. */
export const bmcAlone: readonly ExaminedMethod[] = [{ method: 'bmc' }];

const ownFindings = (server: string): Finding[] => [
  good('gateway', `this gateway runs on ${server}; the gateways of the other servers stop it`),
];

/**
 * A server can be stopped where one method of its chain could prove it. What is bad of the others is a warning
 * then: it costs the second way, or time.
 */
const examineServer = async (deps: DoctorDeps, server: string): Promise<Verdict> => {
  const chain = deps.methodsOf(server);
  const methods = chain ?? bmcAlone;
  const usesBmc = deps.bmcOf(server) !== undefined || methods.some(({ method }) => method === 'bmc');
  const [bmc, ...examined] = await Promise.all([
    usesBmc ? examineBmcOf(deps, server) : [],
    ...methods.map((method) => examineMethod(deps.clock, method, limitMs)),
  ]);
  const works = examined.some((examination) => couldProve(examination, bmc));
  const found = [...bmc, ...examined.flatMap(({ findings }) => findings)];
  const findings = [
    ...(server === deps.self ? ownFindings(server) : []),
    ...(chain ? chainFindings(chain) : []),
    ...(works ? found.map(soften) : found),
  ];
  return { server, works, findings };
};

/** The verdicts on all of these servers, and whether every one of them is good. */
export interface Verdicts {
  readonly works: boolean;
  readonly servers: readonly Verdict[];
}

/** Whether a forced stop of each of these servers would work now. Changes nothing, and never throws. */
export const examineServers = async (deps: DoctorDeps, servers: readonly string[]): Promise<Verdicts> => {
  const verdicts = await inParallel(servers, width, (server) => examineServer(deps, server));
  return { works: verdicts.every(({ works }) => works), servers: verdicts };
};
