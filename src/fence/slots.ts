import type { Reason } from '../core/outcome.ts';
import type { Job } from './job.ts';

/** The live jobs of one server, and the rules of who goes before whom. */
export interface Slot {
  readonly jobs: Set<Job>;
  /** A power-on was sent and the server was not read on since. */
  onMayBePending: boolean;
}

export const createSlot = (): Slot => ({ jobs: new Set(), onMayBePending: false });

/** A job whose power-off is still to be proved; one that only observes past its deadline is finished. */
const isStopping = (job: Job, nowMs: number): boolean =>
  (job.action === 'off' || job.action === 'cycle') && job.ending === undefined && nowMs < job.deadlineMs;

/** The unfinished job that an identical request joins, where there is one. */
export const joinable = (slot: Slot, action: Job['action'], nowMs: number): Job | undefined => {
  if (action === 'status') return undefined;
  for (const job of slot.jobs) {
    if (job.action === action && !job.ending && !job.preempted && nowMs < job.deadlineMs) return job;
  }
  return undefined;
};

/** Why the action must not start now, or undefined: everything but `off` and `status` waits for a power-off to end. */
export const blocked = (
  slot: Slot,
  server: string,
  action: Job['action'],
  nowMs: number,
): Reason | undefined => {
  if (action === 'off' || action === 'status') return undefined;
  for (const job of slot.jobs) {
    if (isStopping(job, nowMs)) {
      const message = `a forced ${job.action} of ${server} (job ${job.id}) is not finished, so ${action} was not started`;
      return { code: 'fence.offPending', message };
    }
  }
  return undefined;
};

const maySwitchOn = (job: Job): boolean =>
  job.action === 'on' || (job.action === 'cycle' && job.restart?.outcome === 'pending');

const givesWay = (job: Job): boolean => job.action === 'reset' || job.action === 'nmi' || maySwitchOn(job);

/**
 * Makes way for a power-off: calls off what may still switch on, reset or interrupt the server. A
 * cycle that is still powering off goes on, but will not switch on again. Resolves when none of
 * them has a command on its way any more.
 */
export const preempt = async (slot: Slot, by: Job): Promise<void> => {
  const sending: Promise<unknown>[] = [];
  for (const job of slot.jobs) {
    if (job === by) continue;
    const message = `${by.action} (job ${by.id}) of ${job.server} went before ${job.action}`;
    const reason: Reason = { code: 'fence.preempted', message };
    if (job.action === 'cycle') job.noRestart ??= reason;
    if (!givesWay(job)) continue;
    job.preempted ??= reason;
    job.abort.abort();
    if (job.sending) sending.push(job.sending);
  }
  await Promise.allSettled(sending);
};
