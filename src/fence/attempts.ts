import type { FenceAction } from '../core/outcome.ts';
import type { FenceReport } from '../events/catalogue.ts';
import type { Job } from './job.ts';
import { reportOf } from './report.ts';

/** A request as far as its repeating goes; `neededMs` is how long its own job would have. */
interface Repeat {
  readonly server: string;
  readonly action: FenceAction;
  readonly neededMs: number;
}

/** The latest real attempt on each server. */
export interface Attempts {
  /** A job was begun; one that a guard refused is no attempt. */
  add(job: Job): void;
  /**
   * The attempt whose answer does for this request too: an identical one that failed at most `withinMs` ago, with
   * at least as much time as this one has. Never one that was proved, that something else called off, or that is
   * not the latest thing tried on that server.
   */
  answerFor(request: Repeat, nowMs: number, withinMs: number): Failed | undefined;
  /** The configuration changed: what failed with the old one says nothing of the next attempt. */
  forget(): void;
}

/** A failed attempt as it was when it was asked about: a proof that comes later was asked for before. */
export interface Failed {
  readonly job: Job;
  readonly report: FenceReport;
}

/** When its callers were told: at its end, or at its deadline if that came first. */
const decidedMs = ({ endedMs, deadlineMs }: Job): number =>
  Math.min(endedMs ?? Number.POSITIVE_INFINITY, deadlineMs);

const wasCalledOff = (job: Job, { reason }: FenceReport): boolean =>
  job.preempted !== undefined || reason?.code === 'fence.journal';

/** It only observes now, and its BMC answers: a new attempt has something to go by. */
const answersAgain = ({ ending, trouble }: Job): boolean => ending === undefined && trouble === undefined;

/**
 * Whether the answer may be passed on. A power that was read is not: it was asked for before the request came. A
 * reset or an NMI that was accepted is all that one can have of it.
 */
const hasFailed = (job: Job, report: FenceReport): boolean => {
  if (answersAgain(job)) return false;
  if (report.outcome === 'confirmed' || report.proof || wasCalledOff(job, report)) return false;
  return !(job.accepted && (job.action === 'reset' || job.action === 'nmi'));
};

export const createAttempts = (): Attempts => {
  /** By server; a look is no attempt at anything. */
  const latest = new Map<string, Job>();
  return {
    add(job) {
      if (job.action !== 'status') latest.set(job.server, job);
    },
    forget: () => latest.clear(),
    answerFor({ server, action, neededMs }, nowMs, withinMs) {
      const job = latest.get(server);
      if (!job || job.action !== action || job.deadlineMs - job.startedMs < neededMs) return undefined;
      const sinceMs = nowMs - decidedMs(job);
      if (sinceMs < 0 || sinceMs >= withinMs) return undefined;
      const report = reportOf(job);
      return hasFailed(job, report) ? { job, report } : undefined;
    },
  };
};
