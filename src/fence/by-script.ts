import type { StopPort } from '../core/ports.ts';
import { type Ending, maySend } from './job.ts';
import { readUntilOff } from './off.ts';
import { endedBy, type ProcedureContext } from './procedure.ts';

const outOfTime = (server: string) => ({
  code: 'fence.deadline' as const,
  message: `there was no time left to start the script for ${server}`,
});

/** Runs the script once. Its success is the word of whoever wrote it, or only a reason to read the power. */
export const byScript = async (context: ProcedureContext, port: StopPort): Promise<Ending> => {
  const { clock, job, talk, mayProceed } = context;
  await mayProceed('off');
  if (!maySend(clock, job)) return endedBy(job, outOfTime(job.server));
  const reply = await talk.stopBy(port);
  if (reply.kind !== 'accepted') {
    job.trouble = reply.reason;
    return endedBy(job, reply.reason);
  }
  if (port.provesOff) return { kind: 'proved', proof: talk.proofBy('script') };
  return readUntilOff(context);
};
