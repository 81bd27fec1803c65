import type { ErrorCode } from '../core/errors.ts';
import { type Ending, type Job, maySend, pause } from './job.ts';
import { endedBy, openPatiently, type Procedure, type ProcedureContext, readPatiently } from './procedure.ts';
import { pollPauseMs, retryPauseMs } from './settings.ts';
import type { PowerOn } from './slots.ts';

/** What was sent so far by one power-off, on the monotonic clock. */
interface Sent {
  firstMs: number | undefined;
  lastMs: number | undefined;
  /** How many commands in a row were certainly or possibly lost; 0 once one was accepted. */
  losses: number;
  /** The pending power-on that an accepted power-off ended. */
  overruled: PowerOn | undefined;
}

/**
 * Where a power-on may still be on its way, "off" counts only once this job's own power-off was
 * accepted after it. "Not in this state" is no such acceptance: the server was off, and will come on.
 */
const settled = ({ pendingPowerOn }: ProcedureContext, sent: Sent): boolean => {
  const pending = pendingPowerOn();
  return !pending || sent.overruled === pending;
};

/** A command that was lost goes again soon, one that was accepted after a while; both after a fresh read. */
const due = ({ clock, job, settings }: ProcedureContext, sent: Sent): boolean => {
  if (!maySend(clock, job)) return false;
  if (sent.lastMs === undefined) return true;
  const waitMs = sent.losses > 0 ? retryPauseMs(sent.losses) : settings.resendAfterMs;
  return clock.nowMs() - sent.lastMs >= waitMs;
};

/**
 * Whether the BMC's no ends the job. "Not in this state" is what one says whose server is off, others
 * have other words for that: before the power was read, no word of the BMC is the last one.
 */
const isLasting = (job: Job, code: ErrorCode): boolean =>
  job.lastRead !== undefined && code !== 'bmc.state' && code !== 'bmc.busy';

/** Sends one power-off, which is idempotent; answers an ending only where the BMC said a lasting no. */
const sendOff = async (context: ProcedureContext, sent: Sent): Promise<Ending | undefined> => {
  const { clock, job, talk, mayProceed, pendingPowerOn } = context;
  await mayProceed('off');
  if (!maySend(clock, job)) return undefined;
  const pending = pendingPowerOn();
  sent.lastMs = clock.nowMs();
  const reply = await talk.send('off');
  sent.firstMs ??= clock.nowMs();
  if (reply.kind === 'accepted') {
    sent.losses = 0;
    sent.overruled = pending;
    return undefined;
  }
  sent.losses += 1;
  job.trouble = reply.reason;
  if (reply.kind !== 'rejected') return undefined;
  return isLasting(job, reply.reason.code) ? endedBy(job, reply.reason) : undefined;
};

/** Sends the first power-off without a look at the power: a read would only make the server live longer. */
const beginOff = async (context: ProcedureContext, sent: Sent): Promise<Ending | undefined> =>
  (await openPatiently(context)) ?? sendOff(context, sent);

/**
 * Powers the server off and reads until it is off: send, read, poll, send again after a fresh *on*. A
 * job that was cut off by a restart may have sent before, and reads first.
 */
export const forceOff: Procedure = async (context) => {
  const sent: Sent = { firstMs: undefined, lastMs: undefined, losses: 0, overruled: undefined };
  const early = context.job.resumed ? undefined : await beginOff(context, sent);
  return early ?? untilOff(context, sent, () => due(context, sent));
};

/** Reads until the server is off, and sends nothing: something else was told to stop it. */
export const readUntilOff: Procedure = (context) => {
  const sent: Sent = { firstMs: undefined, lastMs: undefined, losses: 0, overruled: undefined };
  return untilOff(context, sent, () => false);
};

const untilOff = async (
  context: ProcedureContext,
  sent: Sent,
  maySendAgain: () => boolean,
): Promise<Ending> => {
  const { clock, job } = context;
  const startedMs = clock.nowMs();
  for (;;) {
    const outcome = await readPatiently(context);
    if ('ending' in outcome) return outcome.ending;
    const { proof, askedMs } = outcome.value;
    if (proof.power === 'off' && settled(context, sent)) return { kind: 'proved', proof };
    if (maySendAgain()) {
      const ending = await sendOff(context, sent);
      if (ending) return ending;
      continue;
    }
    const nowMs = clock.nowMs();
    await pause(clock, job, pollPauseMs(nowMs - (sent.firstMs ?? startedMs), nowMs - askedMs));
  }
};
