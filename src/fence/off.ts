import { type Ending, maySend, pause } from './job.ts';
import { endedBy, type Procedure, type ProcedureContext, readPatiently } from './procedure.ts';
import { pollPauseMs, retryPauseMs } from './settings.ts';
import type { PowerReading } from './talk.ts';

/** What was sent so far by one power-off, on the monotonic clock. */
interface Sent {
  firstMs: number | undefined;
  lastMs: number | undefined;
  /** The latest command was certainly or possibly lost: a fresh read of *on* lets it go again at once. */
  lost: boolean;
}

/** Where a power-on may still be on its way, "off" counts only when read after this job's own power-off. */
const settled = ({ onMayBePending }: ProcedureContext, reading: PowerReading, sent: Sent): boolean => {
  if (!onMayBePending()) return true;
  return sent.lastMs !== undefined && !sent.lost && reading.askedMs >= sent.lastMs;
};

const due = ({ clock, job, settings }: ProcedureContext, sent: Sent): boolean => {
  if (!maySend(clock, job)) return false;
  if (sent.lastMs === undefined || sent.lost) return true;
  return clock.nowMs() - sent.lastMs >= settings.resendAfterMs;
};

/** Sends one power-off, which is idempotent; answers an ending only where the BMC said a lasting no. */
const sendOff = async (context: ProcedureContext, sent: Sent): Promise<Ending | undefined> => {
  const { clock, job, talk, mayProceed } = context;
  await mayProceed();
  if (!maySend(clock, job)) return undefined;
  const reply = await talk.send('off');
  sent.firstMs ??= clock.nowMs();
  sent.lastMs = clock.nowMs();
  sent.lost = reply.kind !== 'accepted';
  if (reply.kind === 'accepted') return undefined;
  job.trouble = reply.reason;
  if (reply.kind !== 'rejected') return undefined;
  // "Not in this state" is what a BMC says whose server just went off: the next read decides.
  if (reply.reason.code === 'bmc.state') sent.lost = false;
  return reply.reason.code === 'bmc.state' || reply.reason.code === 'bmc.busy'
    ? undefined
    : endedBy(job, reply.reason);
};

/** Powers the server off and reads until it is off: read, send, poll, send again after a fresh *on*. */
export const forceOff: Procedure = async (context) => {
  const { clock, job } = context;
  const startedMs = clock.nowMs();
  const sent: Sent = { firstMs: undefined, lastMs: undefined, lost: false };
  for (;;) {
    const outcome = await readPatiently(context);
    if ('ending' in outcome) return outcome.ending;
    const { reading } = outcome;
    const off = reading.proof.power === 'off';
    // A caller that joined while the question was under way is owed a reading of its own.
    if (off && reading.askedMs < job.lastJoinedMs) continue;
    if (off && settled(context, reading, sent)) return { kind: 'proved', proof: reading.proof };
    if (due(context, sent)) {
      const ending = await sendOff(context, sent);
      if (ending) return ending;
      if (!sent.lost) continue;
    }
    const waitedMs = clock.nowMs() - (sent.firstMs ?? startedMs);
    await pause(clock, job, sent.lost ? retryPauseMs(1) : pollPauseMs(waitedMs));
  }
};
