import type { Event, EventData } from '../events/catalogue.ts';
import type { JobView, View } from '../events/view.ts';

/** A job after which the server has to be off until somebody here switches it on. */
const leavesOff = ({ action, report, contradicted }: JobView): boolean => {
  if (!report?.fenced || contradicted) return false;
  return action === 'off' || (action === 'cycle' && report.restart?.outcome === 'refused');
};

/** What an event shows of a server that is alive, and who says so. */
const signOfLife = (event: Event): { server: string; by: 'bmc' | 'engine'; seen: string } | undefined => {
  if (event.type === 'server.powerChanged' && event.data.power === 'on') {
    return { server: event.data.server, by: 'bmc', seen: 'its power was read on' };
  }
  if (event.type === 'cluster.reported' && event.data.state === 'up') {
    return { server: event.data.node, by: 'engine', seen: 'the engine reports it up' };
  }
  return undefined;
};

/**
 * Whether an event contradicts the proof that a server is off: one source can be wrong, and whoever
 * failed over on it must hear of that at once. Undefined where nobody here proved the server off, or
 * somebody here switched it on since. `view` has the event folded in.
 */
export const contradictionIn = (view: View, event: Event): EventData<'fence.contradicted'> | undefined => {
  const sign = signOfLife(event);
  const last = sign && view.servers[sign.server]?.lastFence;
  const job = last ? view.jobs[last] : undefined;
  const proof = job?.report?.proof;
  if (!sign || !job || !proof || !leavesOff(job)) return undefined;
  return { job: job.job, server: sign.server, proof, by: sign.by, seen: sign.seen };
};
