import type { JobView } from '../events/view.ts';

/**
 * Whether a job sent, or may have sent, a power-on that was not seen done. A cut-off cycle never got to its
 * power-on: that is sent only after the end of its fence part is on disk.
 */
export const mayHaveSwitchedOn = ({ action, report }: JobView): boolean => {
  if (action === 'on') return report === undefined || report.outcome === 'unknown';
  const restart = report?.restart?.outcome;
  return action === 'cycle' && (restart === 'pending' || restart === 'unknown');
};

/** A power-off that was read to work overrules every power-on that was asked for before it. */
const overrules = (job: JobView, earlier: JobView): boolean =>
  (job.action === 'off' || job.action === 'cycle') &&
  job.report?.fenced === true &&
  job.requestedSeq > earlier.requestedSeq;

/**
 * Until when an *off* of this server may be about to end, in wall milliseconds since 1970: a power-on was
 * sent and not seen done. Undefined where none is pending. `jobs` are those of this server.
 */
export const powerOnUntilMs = (jobs: readonly JobView[], powerOnMs: number): number | undefined => {
  const pending = jobs.filter(
    (job) => mayHaveSwitchedOn(job) && !jobs.some((other) => overrules(other, job)),
  );
  if (pending.length === 0) return undefined;
  return Math.max(
    ...pending.map(({ requestedAt, deadlineMs }) => Date.parse(requestedAt) + deadlineMs + powerOnMs),
  );
};
