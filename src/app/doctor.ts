import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Examination, Verdict } from '../bridge/engine/services.ts';
import type { Clock } from '../core/clock.ts';
import { deadlineIn } from '../core/deadline.ts';
import { codeOf, messageOf } from '../core/errors.ts';
import { type Finding, failed, good } from '../core/finding.ts';
import { inParallel } from '../core/parallel.ts';
import type { BmcPort, JudgeGuid } from '../core/ports.ts';
import { type Identities, judgeIdentity } from '../fence/identity.ts';

export interface DoctorDeps {
  readonly clock: Clock;
  /** The server this gateway runs on, where it runs on one. */
  readonly self: string | undefined;
  readonly bmcOf: (server: string) => BmcPort | undefined;
  readonly identities: Identities;
  /** The scripts in the chain of a server. */
  readonly scriptsOf: (server: string) => readonly string[];
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

/** A script cannot be tried without stopping something: only whether it could be started is looked at. */
const examineScript = async (file: string): Promise<Finding> => {
  try {
    await access(file, constants.X_OK);
    return good('script', `${file} is there and may be executed; what it does was not tried`);
  } catch (error) {
    const message = `${file} could not be started: ${messageOf(error)}`;
    return failed('script', 'bad', { code: 'script.notStarted', message });
  }
};

const examineServer = async (deps: DoctorDeps, server: string): Promise<Verdict> => {
  const own =
    server === deps.self
      ? [good('gateway', `this gateway runs on ${server}; the gateways of the other servers stop it`)]
      : [];
  const scripts = await Promise.all(deps.scriptsOf(server).map(examineScript));
  const findings = [...own, ...(await examineBmcOf(deps, server)), ...scripts];
  return { server, works: findings.every(({ state }) => state !== 'bad'), findings };
};

/** Whether a forced stop of each of these servers would work now. Changes nothing, and never throws. */
export const examineServers = async (deps: DoctorDeps, servers: readonly string[]): Promise<Examination> => {
  const verdicts = await inParallel(servers, width, (server) => examineServer(deps, server));
  return { works: verdicts.every(({ works }) => works), servers: verdicts };
};
