import type { Event, EventData } from '../events/catalogue.ts';
import { signOfLife } from '../events/life.ts';
import type { JobView, View } from '../events/view.ts';

type Contradicted = Pick<EventData<'fence.contradicted'>, 'job' | 'proof'>;

/** A job after which the server has to be off until somebody here switches it on. */
const leavesOff = ({ action, report, contradicted }: JobView): boolean => {
  if (!report?.fenced || contradicted) return false;
  return action === 'off' || (action === 'cycle' && report.restart?.outcome === 'refused');
};

/** The proof of the last forced stop, where the server has to be off since. */
const provedOff = (view: View, server: string): Contradicted | undefined => {
  const last = view.servers[server]?.lastFence;
  const job = last ? view.jobs[last] : undefined;
  const proof = job?.report?.proof;
  return job && proof && leavesOff(job) ? { job: job.job, proof } : undefined;
};

/** The operator's word, where this very event ended it. */
const saidOff = (view: View, server: string, { seq }: Event): Contradicted | undefined => {
  const word = view.servers[server]?.confirmedOff;
  if (!word || word.endedSeq !== seq) return undefined;
  return { proof: { by: 'operator', power: 'off', at: word.at } };
};

/**
 * Whether an event contradicts the proof, or the operator's word, that a server is off: one source can be
 * wrong, and whoever failed over on it must hear of that at once. Undefined where nobody here proved the
 * server off, or somebody here switched it on since. `view` has the event folded in.
 */
export const contradictionIn = (view: View, event: Event): EventData<'fence.contradicted'> | undefined => {
  const sign = signOfLife(event);
  if (!sign) return undefined;
  const wrong = provedOff(view, sign.server) ?? saidOff(view, sign.server, event);
  return wrong && { ...wrong, ...sign };
};
