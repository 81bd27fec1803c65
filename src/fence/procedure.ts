import type { Clock } from '../core/clock.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Reason } from '../core/outcome.ts';
import type { ChassisCommand, ControlReply } from '../core/ports.ts';
import { type Ending, type Job, mayObserve, maySend, noteStep, pause, wantedPower } from './job.ts';
import { persistenceAfter } from './persistence.ts';
import { unfinishedReason } from './report.ts';
import { type FenceSettings, retryPauseMs } from './settings.ts';
import type { PowerOn } from './slots.ts';
import { type PowerReading, reasonOf, type Talk } from './talk.ts';

/** What the procedures of all actions are given. */
export interface ProcedureContext {
  readonly clock: Clock;
  readonly settings: FenceSettings;
  readonly job: Job;
  readonly talk: Talk;
  /** Resolves true once the request is on disk, or may go on without; false where it must not. */
  readonly mayProceed: (command: ChassisCommand) => Promise<boolean>;
  /** A power-on that was sent before and not seen done: an "off" read may be about to end. */
  readonly pendingPowerOn: () => PowerOn | undefined;
}

export type Procedure = (context: ProcedureContext) => Promise<Ending>;

/** The ending of a job that stops for `reason`: refused only where certainly nothing was sent. */
export const endedBy = (job: Job, reason: Reason): Ending =>
  job.maybeSent ? { kind: 'unproved', reason } : { kind: 'refused', reason };

const outOfTime = (job: Job): Ending =>
  job.preempted ? endedBy(job, job.preempted) : { kind: 'unproved', reason: unfinishedReason(job) };

const givesUp = (job: Job, code: ErrorCode): boolean => {
  const persistence = persistenceAfter(code);
  return persistence === 'giveUp' || (persistence === 'tryAgainOnceSent' && !job.maybeSent);
};

const noteRead = (clock: Clock, job: Job, power: string): void => {
  const last = job.steps.findLast((step) => step.step === 'read');
  if (last?.result !== power) noteStep(clock, job, 'read', power);
};

/** Whether a caller joined while the question was under way: it is owed a reading of its own. */
const tooEarly = (job: Job, { proof, joiners }: PowerReading): boolean =>
  proof.power === wantedPower(job) && joiners !== job.joiners;

/** Tries one thing through failures that can pass, for as long as the job observes. */
const patiently = async <Value>(
  context: ProcedureContext,
  step: 'open' | 'read',
  attempt: () => Promise<Value>,
): Promise<{ value: Value } | { ending: Ending }> => {
  const { clock, job } = context;
  for (let failures = 1; mayObserve(clock, job); failures += 1) {
    try {
      return { value: await attempt() };
    } catch (error) {
      const reason = reasonOf(error, 'bmc.protocol');
      job.trouble = reason;
      noteStep(clock, job, step, reason.message);
      if (givesUp(job, reason.code)) return { ending: endedBy(job, reason) };
      await pause(clock, job, retryPauseMs(failures));
    }
  }
  return { ending: outOfTime(job) };
};

/** Reaches the right server's BMC; answers an ending where it cannot be reached any more. */
export const openPatiently = async (context: ProcedureContext): Promise<Ending | undefined> => {
  const outcome = await patiently(context, 'open', () => context.talk.open());
  return 'ending' in outcome ? outcome.ending : undefined;
};

/**
 * Reads the power; answers an ending where it cannot be read any more. Nobody joins after the wanted
 * state was read once, so a reading is too early once at most.
 */
export const readPatiently = (
  context: ProcedureContext,
): Promise<{ value: PowerReading } | { ending: Ending }> => {
  const { clock, job, talk } = context;
  return patiently(context, 'read', async () => {
    let reading = await talk.read();
    if (tooEarly(job, reading)) {
      job.wantedRead = true;
      reading = await talk.read();
    }
    noteRead(clock, job, reading.proof.power);
    return reading;
  });
};

/** Sends a command that must never be sent twice. Answers an ending where it certainly was not done. */
export const sendOnce = async (
  context: ProcedureContext,
  command: 'on' | 'reset' | 'nmi',
): Promise<{ reply: ControlReply } | { ending: Ending }> => {
  const { clock, job, talk, mayProceed } = context;
  if (!(await mayProceed(command))) {
    const message = `the journal did not take the request, so ${command} was not sent to ${job.server}`;
    return { ending: { kind: 'refused', reason: { code: 'fence.journal', message } } };
  }
  if (!maySend(clock, job)) return { ending: outOfTime(job) };
  const reply = await talk.send(command);
  if (reply.kind === 'notSent' || reply.kind === 'rejected') return { ending: endedBy(job, reply.reason) };
  return { reply };
};
