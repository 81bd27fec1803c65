import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import type { Proof } from '../core/outcome.ts';
import type { ChassisCommand } from '../core/ports.ts';
import type { Event, FenceReport, NewEvent, Severity } from '../events/catalogue.ts';
import type { Job } from './job.ts';
import type { FenceSettings } from './settings.ts';
import { writeInTime } from './write-in-time.ts';

export interface RecordDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: FenceSettings;
  readonly record: (event: NewEvent) => Promise<Event>;
}

/** Whether an event reached the disk: in time, late or failed (then it stands in the log instead). */
const reachedDisk = async (deps: RecordDeps, job: Job, event: NewEvent): Promise<boolean> => {
  job.owed += 1;
  const reached = await writeInTime({ ...deps, limitMs: deps.settings.journalLimitMs }, event, () => {
    job.owed -= 1;
  });
  if (!reached) job.journalled = false;
  return reached;
};

/** A power-off that was not proved wakes somebody; an impulse that was accepted is all one can have. */
const severityOf = ({ action, outcome, fenced, accepted }: FenceReport): Severity => {
  if (outcome === 'confirmed') return 'notice';
  if ((action === 'off' || action === 'cycle') && !fenced) return 'critical';
  return accepted ? 'notice' : 'warning';
};

const finishedEvent = (data: FenceReport): NewEvent => ({
  type: 'fence.finished',
  source: 'fence',
  severity: severityOf(data),
  data,
});

/** The records one job owes the journal. */
export interface JobRecords {
  /**
   * Whether the command may be sent, once the request is on disk or 500 ms passed. A failed disk must
   * not keep a failed server alive, but it keeps one from being switched on: after a restart nobody
   * would know of a power-on that may be pending.
   */
  readonly mayProceed: (command: ChassisCommand) => Promise<boolean>;
  /** Writes how the job ended; resolves when it is on disk, or when waiting longer would harm the caller. */
  finish(report: () => FenceReport): Promise<void>;
  /** Writes a proof that came after the decision, behind the record of that; owed from now on. */
  provedLate(finished: Promise<void>, proof: Proof): Promise<void>;
}

const provedLate =
  (deps: RecordDeps, job: Job): JobRecords['provedLate'] =>
  async (finished, proof) => {
    const { id, server, action } = job;
    job.owed += 1;
    await finished;
    job.owed -= 1;
    await reachedDisk(deps, job, {
      type: 'fence.provedLate',
      source: 'fence',
      data: { job: id, server, action, proof },
    });
  };

/** The records of a job whose request is in the journal since before a restart: only its end is owed. */
export const resumedRecords = (deps: RecordDeps, job: Job): JobRecords => ({
  mayProceed: async () => true,
  async finish(report) {
    await reachedDisk(deps, job, finishedEvent(report()));
  },
  provedLate: provedLate(deps, job),
});

/** What the record of a request tells beside the job itself. */
export interface Asked {
  readonly deadlineMs: number;
  /** No method powers the server off through its BMC. */
  readonly withoutBmc: boolean;
}

/** Starts writing the request at once, so that logging in and the disk work side by side. */
export const openRecords = (deps: RecordDeps, job: Job, { deadlineMs, withoutBmc }: Asked): JobRecords => {
  if (job.action === 'status') {
    return { mayProceed: async () => true, finish: async () => {}, provedLate: async () => {} };
  }
  const { id, server, action, requester } = job;
  const requested = reachedDisk(deps, job, {
    type: 'fence.requested',
    source: 'fence',
    data: { job: id, server, action, requester, deadlineMs, ...(withoutBmc && { withoutBmc }) },
  });
  return {
    mayProceed: async (command) => (await requested) || command !== 'on',
    async finish(report) {
      await requested;
      await reachedDisk(deps, job, finishedEvent(report()));
    },
    provedLate: provedLate(deps, job),
  };
};
