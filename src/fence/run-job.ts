import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { FenceAction } from '../core/outcome.ts';
import type { BmcPort } from '../core/ports.ts';
import type { Event, NewEvent } from '../events/catalogue.ts';
import { stopBy } from './chain.ts';
import { restart } from './cycle.ts';
import { createDecision } from './decision.ts';
import type { Identities } from './identity.ts';
import { impulse } from './impulse.ts';
import { type Ending, type Job, noteStep } from './job.ts';
import type { Chain } from './methods.ts';
import { forceOff } from './off.ts';
import { forceOn } from './on.ts';
import { endedBy, type Procedure, type ProcedureContext } from './procedure.ts';
import type { JobRecords } from './records.ts';
import { reportOf } from './report.ts';
import type { FenceSettings } from './settings.ts';
import { pendingPowerOn, preempt, type Slot, willSwitchOn } from './slots.ts';
import { readStatus } from './status.ts';
import { createTalk } from './talk.ts';

export interface RunDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: FenceSettings;
  readonly bmc: BmcPort;
  readonly chain: Chain;
  readonly slot: Slot;
  readonly identities: Identities;
  readonly record: (event: NewEvent) => Promise<Event>;
}

/** A job under way. */
export interface RunningJob {
  readonly job: Job;
  /** Settles when the outcome is on record (or waiting for the disk would harm the caller). */
  readonly settled: Promise<void>;
  /** Settles when nothing of the job runs any more. */
  readonly ended: Promise<void>;
  /** Moves the deadline later, for a caller that joined. Monotonic. */
  extend(deadlineMs: number): void;
}

const procedures: Record<Exclude<FenceAction, 'off'>, Procedure> = {
  cycle: forceOff,
  on: forceOn,
  reset: impulse('reset'),
  nmi: impulse('nmi'),
  status: readStatus,
};

const procedureOf = (action: FenceAction, chain: Chain): Procedure =>
  action === 'off' ? stopBy(chain) : procedures[action];

const conclude = (clock: Clock, job: Job, ending: Ending): void => {
  job.ending = ending;
  job.endedMs = clock.nowMs();
  if (job.action === 'cycle' && ending.kind === 'proved') {
    job.restart = job.noRestart ? { outcome: 'refused', reason: job.noRestart } : { outcome: 'pending' };
  }
  const result =
    ending.kind === 'proved' ? `${ending.proof.power}, read by ${ending.proof.by}` : ending.reason.code;
  noteStep(clock, job, ending.kind, result);
};

/** A power-off that was read to work ends what was pending; anyone else's "off" may be about to end. */
const weighOff = ({ clock, settings, slot }: RunDeps, job: Job, ending: Ending): void => {
  if (ending.kind === 'unproved' || ending.proof?.power !== 'off') return;
  if (job.action === 'off' || job.action === 'cycle') slot.powerOn = undefined;
  else
    job.offMayEnd =
      willSwitchOn(slot) || Boolean(pendingPowerOn(slot, clock.nowMs(), settings.powerOnLimitMs));
};

const carryOut = async (deps: RunDeps, context: ProcedureContext): Promise<Ending> => {
  const { job } = context;
  try {
    if (job.action === 'off' || job.action === 'cycle') await preempt(deps.slot, job);
    const ending = await procedureOf(job.action, deps.chain)(context);
    weighOff(deps, job, ending);
    return ending;
  } catch (error) {
    deps.log.error({ job: job.id, error: messageOf(error) }, 'a forced stop failed on a fault of its own');
    return endedBy(job, { code: 'fence.failed', message: `the job failed: ${messageOf(error)}` });
  }
};

/** Starts a job and sees it through: procedure, records, late proof, the later half of a cycle. */
export const runJob = (deps: RunDeps, job: Job, records: JobRecords): RunningJob => {
  const { clock, log, settings, slot, identities } = deps;
  const report = (event: NewEvent): void => {
    deps
      .record(event)
      .catch((error: unknown) => log.error({ event, error: messageOf(error) }, 'an event was not recorded'));
  };
  const talk = createTalk({ clock, bmc: deps.bmc, slot, identities, report }, job);
  const decision = createDecision(clock, job);
  const context: ProcedureContext = {
    clock,
    settings,
    job,
    talk,
    mayProceed: records.mayProceed,
    pendingPowerOn: () => pendingPowerOn(slot, clock.nowMs(), settings.powerOnLimitMs),
  };
  const settled = decision.made.then(() => records.finish(() => reportOf(job)));

  const tellAfterwards = async (ending: Ending, inTime: boolean): Promise<void> => {
    const { id, server, action } = job;
    if (ending.kind !== 'proved') return settled;
    if (inTime) await settled;
    else await records.provedLate(settled, ending.proof);
    if (action !== 'cycle') return;
    job.restart = await restart(context, inTime);
    report({ type: 'fence.restarted', source: 'fence', data: { job: id, server, restart: job.restart } });
  };

  const live = async (): Promise<void> => {
    slot.jobs.add(job);
    try {
      const ending = await carryOut(deps, context);
      conclude(clock, job, ending);
      await tellAfterwards(ending, decision.end());
    } finally {
      slot.jobs.delete(job);
      talk.close();
    }
  };

  return {
    job,
    settled,
    ended: live(),
    extend(deadlineMs) {
      job.joiners += 1;
      if (deadlineMs <= job.deadlineMs) return;
      job.deadlineMs = deadlineMs;
      decision.rearm();
    },
  };
};

/** Ends a job that never ran, and puts that on record. */
export const concludeJob = (
  deps: Pick<RunDeps, 'clock'>,
  job: Job,
  ending: Ending,
  records: JobRecords,
): Promise<void> => {
  conclude(deps.clock, job, ending);
  return records.finish(() => reportOf(job));
};
