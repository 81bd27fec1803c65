import type { FenceReport } from '../events/catalogue.ts';
import { forceOn } from './on.ts';
import type { ProcedureContext } from './procedure.ts';

type Restart = NonNullable<FenceReport['restart']>;

/**
 * The later half of a cycle, after *off* was proved in time: switches the server on, with a limit
 * of its own. After a late proof nothing is sent, since past its deadline a job only observes.
 */
export const restart = async (context: ProcedureContext, inTime: boolean): Promise<Restart> => {
  const { clock, job, settings } = context;
  if (job.noRestart) return { outcome: 'refused', reason: job.noRestart };
  if (!inTime) {
    const message = `${job.server} was read off only after the deadline, so it was not switched on again; it stays off until someone does`;
    return { outcome: 'refused', reason: { code: 'fence.deadline', message } };
  }
  // What was sent so far was the power-off: "refused" is about the power-on now.
  job.maybeSent = false;
  job.deadlineMs = clock.nowMs() + settings.restartMs;
  const ending = await forceOn(context);
  switch (ending.kind) {
    case 'proved':
      return { outcome: 'confirmed' };
    case 'refused':
      return { outcome: 'refused', reason: ending.reason };
    case 'unproved':
      return { outcome: 'unknown', reason: ending.reason };
  }
};
