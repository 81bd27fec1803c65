import type { Reason } from '../core/outcome.ts';
import type { Job } from './job.ts';

/** The live jobs of one server, and the rules of who goes before whom. */
export interface Slot {
  readonly jobs: Set<Job>;
  /** The latest power-on that was, or may have been, sent and was not seen done since. */
  powerOn: PowerOn | undefined;
}

/** One power-on on its way; each is an object of its own, so that a later one is not mistaken for it. */
export interface PowerOn {
  /** Monotonic. */
  readonly sentMs: number;
}

export const createSlot = (): Slot => ({ jobs: new Set(), powerOn: undefined });

/** The power-on that may still come true. One that took longer than `limitMs` is held to have failed. */
export const pendingPowerOn = ({ powerOn }: Slot, nowMs: number, limitMs: number): PowerOn | undefined =>
  powerOn && nowMs - powerOn.sentMs < limitMs ? powerOn : undefined;

/** A job whose power-off is still to be proved; one that only observes past its deadline is finished. */
const isStopping = (job: Job, nowMs: number): boolean =>
  (job.action === 'off' || job.action === 'cycle') && job.ending === undefined && nowMs < job.deadlineMs;

/** Whether the job still takes callers: it would do for them all that it does for its first. */
const isOpen = (job: Job): boolean => !job.ending && !job.preempted && !job.noRestart && !job.wantedRead;

/** The unfinished job that an identical request joins, where there is one. */
export const joinable = (slot: Slot, action: Job['action'], nowMs: number): Job | undefined => {
  if (action === 'status') return undefined;
  for (const job of slot.jobs) {
    if (job.action === action && isOpen(job) && nowMs < job.deadlineMs) return job;
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

/** Whether some live job of ours is going to switch the server on, now or after its power-off. */
export const willSwitchOn = (slot: Slot): boolean =>
  [...slot.jobs].some(
    (job) =>
      !job.preempted &&
      !job.noRestart &&
      (job.ending ? job.restart?.outcome === 'pending' : job.action === 'on' || job.action === 'cycle'),
  );

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
    job.abort.callOff();
    if (job.sending) sending.push(job.sending);
  }
  await Promise.allSettled(sending);
};
