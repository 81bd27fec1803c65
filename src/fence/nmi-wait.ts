import { type Ending, pause } from './job.ts';
import { openPatiently, type ProcedureContext, sendOnce } from './procedure.ts';

/** Sends the NMI once, and gives the server the rest of the method's time to write its dump, which proves nothing. */
export const nmiWait = async (context: ProcedureContext): Promise<Ending> => {
  const { clock, job } = context;
  const unreached = await openPatiently(context);
  if (unreached) return unreached;
  const sent = await sendOnce(context, 'nmi');
  if ('ending' in sent) return sent.ending;
  await pause(clock, job, Math.min(job.methodEndsMs, job.deadlineMs) - clock.nowMs());
  const message = `${job.server} was sent the NMI and given time for its dump, which proves nothing`;
  return { kind: 'unproved', reason: { code: 'fence.notProvable', message } };
};
