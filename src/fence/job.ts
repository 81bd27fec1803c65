import { type CallOff, createCallOff } from '../core/call-off.ts';
import { type Clock, sleep } from '../core/clock.ts';
import { type Deadline, deadlineAt } from '../core/deadline.ts';
import type { FenceAction, Proof, Reason, Step } from '../core/outcome.ts';
import type { CallLimits, ControlReply } from '../core/ports.ts';
import type { FenceReport } from '../events/catalogue.ts';

/** How a job's procedure ended. */
export type Ending =
  | { readonly kind: 'proved'; readonly proof: Proof }
  /** Nothing was done, for certain; a proof may say what was read on the way. */
  | { readonly kind: 'refused'; readonly reason: Reason; readonly proof?: Proof }
  | { readonly kind: 'unproved'; readonly reason: Reason };

/** One forced-stop job while it lives. Only the fence room writes to it. */
export interface Job {
  readonly id: string;
  readonly server: string;
  readonly action: FenceAction;
  readonly requester: string;
  /** Monotonic. */
  readonly startedMs: number;
  /** Until then the job may send; a joiner with a later deadline moves it. Monotonic. */
  deadlineMs: number;
  /** How long the job goes on looking after its deadline. */
  readonly observeMs: number;
  /** It began before a restart of the daemon: what it did then is not known, so it reads first. */
  readonly resumed: boolean;
  /** When the method under way has to give way to the next one; Infinity where none comes after it. Monotonic. */
  methodEndsMs: number;
  /** How many callers joined so far: a proof must have been asked for after the last of them. */
  joiners: number;
  /** The wanted state was read, if too early for the last joiner: nobody joins any more. */
  wantedRead: boolean;
  /** An `off` went first, or the daemon stops: nothing more may be sent. */
  preempted: Reason | undefined;
  /** Why a cycle must not switch the server on again. */
  noRestart: Reason | undefined;
  /** A command left, or may have. */
  maybeSent: boolean;
  accepted: boolean;
  /** What became of the latest command. */
  lastReply: ControlReply | undefined;
  /** The latest failure, for the answer at the deadline. */
  trouble: Reason | undefined;
  /** The latest power that was read since the job began. */
  lastRead: Proof | undefined;
  ending: Ending | undefined;
  /** When its procedure ended; monotonic. */
  endedMs: number | undefined;
  /** The server read off, but a power-on of ours may end that: it does not count as fenced. */
  offMayEnd: boolean;
  restart: FenceReport['restart'];
  /** No record was late or failed. */
  journalled: boolean;
  /** Records that the job owes the journal now and that are not on disk yet. */
  owed: number;
  readonly steps: Step[];
  readonly abort: CallOff;
  /** Settles when the command being sent has been answered or given up. */
  sending: Promise<unknown> | undefined;
}

/** The longest list of steps that is kept; polling is summed up, so only a wild job reaches it. */
const mostSteps = 200;

export interface JobStart {
  readonly id: string;
  readonly server: string;
  readonly action: FenceAction;
  readonly requester: string;
  /** From now; the caller's deadline less the margin of the answer. */
  readonly deadlineMs: number;
  readonly observeMs: number;
  /** See {@link Job.resumed}. */
  readonly resumed?: boolean;
}

export const createJob = (clock: Clock, start: JobStart): Job => {
  const startedMs = clock.nowMs();
  return {
    id: start.id,
    server: start.server,
    action: start.action,
    requester: start.requester,
    observeMs: start.observeMs,
    resumed: start.resumed ?? false,
    startedMs,
    deadlineMs: startedMs + start.deadlineMs,
    methodEndsMs: Number.POSITIVE_INFINITY,
    joiners: 0,
    wantedRead: false,
    preempted: undefined,
    noRestart: undefined,
    maybeSent: start.resumed ?? false,
    accepted: false,
    lastReply: undefined,
    trouble: undefined,
    lastRead: undefined,
    ending: undefined,
    endedMs: undefined,
    offMayEnd: false,
    restart: undefined,
    journalled: true,
    owed: 0,
    steps: [],
    abort: createCallOff(),
    sending: undefined,
  };
};

/** Writes down one step, timed from the start of the job. */
export const noteStep = (clock: Clock, job: Job, step: string, result: string): void => {
  if (job.steps.length >= mostSteps) return;
  job.steps.push({ atMs: Math.round((clock.nowMs() - job.startedMs) * 10) / 10, step, result });
};

const sendUntilMs = (job: Job): number => Math.min(job.deadlineMs, job.methodEndsMs);

const observeUntilMs = (job: Job): number => Math.min(job.deadlineMs + job.observeMs, job.methodEndsMs);

/** Whether the method under way may still send a command. */
export const maySend = (clock: Clock, job: Job): boolean =>
  !job.preempted && clock.nowMs() < sendUntilMs(job);

/** Whether the method under way still looks at the server at all. */
export const mayObserve = (clock: Clock, job: Job): boolean =>
  !job.preempted && clock.nowMs() < observeUntilMs(job);

const limitsUntil = (clock: Clock, job: Job, atMs: number): CallLimits => {
  const deadline: Deadline = deadlineAt(clock, atMs);
  return { deadline, priority: 'forcedStop', signal: job.abort.signal };
};

/** The limits of one look of this job: observing goes on past the deadline. */
export const lookLimits = (clock: Clock, job: Job): CallLimits =>
  limitsUntil(clock, job, observeUntilMs(job));

/** The limits of one command of this job: it must not leave late, however long it waits for its turn. */
export const sendLimits = (clock: Clock, job: Job): CallLimits => limitsUntil(clock, job, sendUntilMs(job));

/** The power state that a job looks for. */
export const wantedPower = (job: Job): 'on' | 'off' => (job.action === 'on' ? 'on' : 'off');

/** Waits, unless the job is called off or the time of its method is over first. */
export const pause = (clock: Clock, job: Job, pauseMs: number): Promise<void> =>
  sleep(clock, Math.min(pauseMs, Math.max(0, job.methodEndsMs - clock.nowMs())), job.abort.signal);
