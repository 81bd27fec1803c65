import { type Clock, timedOut, within } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { FenceAction } from '../core/outcome.ts';
import type { Event, FenceReport, NewEvent, Severity } from '../events/catalogue.ts';
import type { Job } from './job.ts';
import type { FenceSettings } from './settings.ts';

/**
 * Actions that go on when the journal does not answer: a failed disk must not keep a failed server
 * alive. Everything else waits for the journal.
 */
const goesOnWithoutJournal: ReadonlySet<FenceAction> = new Set<FenceAction>(['off', 'cycle', 'reset', 'nmi']);

export interface RecordDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: FenceSettings;
  readonly record: (event: NewEvent) => Promise<Event>;
}

/** Whether an event reached the disk: in time, late or failed (then it stands in the log instead). */
const reachedDisk = async (deps: RecordDeps, job: Job, event: NewEvent): Promise<boolean> => {
  const { clock, log, settings } = deps;
  const recorded = deps.record(event).then(
    () => true,
    (error: unknown) => {
      log.error(
        { event, error: messageOf(error) },
        'the journal refused a fence record; it stands here instead',
      );
      return false;
    },
  );
  const result = await within(clock, settings.journalLimitMs, recorded);
  if (result === true) return true;
  job.journalled = false;
  if (result === timedOut)
    log.error({ event }, 'the journal did not answer in time; the record stands here too');
  return false;
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
  /** Begins to write the request; the answer says whether a command may be sent. */
  readonly mayProceed: () => Promise<boolean>;
  /** Writes how the job ended; resolves when it is on disk, or when waiting longer would harm the caller. */
  finish(report: () => FenceReport): Promise<void>;
}

/** The records of a job whose request is in the journal since before a restart: only its end is owed. */
export const resumedRecords = (deps: RecordDeps, job: Job): JobRecords => ({
  mayProceed: async () => false,
  async finish(report) {
    await reachedDisk(deps, job, finishedEvent(report()));
  },
});

/** Starts writing the request at once, so that logging in and the disk work side by side. */
export const openRecords = (deps: RecordDeps, job: Job, deadlineMs: number): JobRecords => {
  if (job.action === 'status') {
    return { mayProceed: async () => true, finish: async () => {} };
  }
  const { id, server, action, requester } = job;
  const requested = reachedDisk(deps, job, {
    type: 'fence.requested',
    source: 'fence',
    data: { job: id, server, action, requester, deadlineMs },
  });
  return {
    mayProceed: async () => (await requested) || goesOnWithoutJournal.has(action),
    async finish(report) {
      await requested;
      await reachedDisk(deps, job, finishedEvent(report()));
    },
  };
};
