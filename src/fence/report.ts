import type { Outcome, Proof, Reason } from '../core/outcome.ts';
import type { FenceReport } from '../events/catalogue.ts';
import type { Job } from './job.ts';

/** Turns what a job knows into what its callers are told. Nothing is ever rounded up. */

const verdictOf = (job: Job): { outcome: Outcome; reason: Reason | undefined; proof: Proof | undefined } => {
  const { ending } = job;
  if (ending?.kind === 'proved') return { outcome: 'confirmed', reason: undefined, proof: ending.proof };
  if (ending?.kind === 'refused') return { outcome: 'refused', reason: ending.reason, proof: ending.proof };
  if (ending?.kind === 'unproved') return { outcome: 'unknown', reason: ending.reason, proof: undefined };
  return { outcome: 'unknown', reason: unfinishedReason(job), proof: undefined };
};

/** What the BMC made of the command, as the beginning of a sentence; empty where none was sent. */
const replyWords = ({ accepted, lastReply }: Job): string => {
  if (accepted) return 'the BMC accepted the command, but ';
  if (!lastReply || lastReply.kind === 'accepted') return '';
  const said = lastReply.kind === 'rejected' ? 'refused the command' : 'did not answer the command';
  return `the BMC ${said} (${lastReply.reason.message}), and `;
};

/** Why nothing was proved: the trouble there is, or that time ran out, with or without a word of the BMC. */
export const unfinishedReason = (job: Job): Reason => {
  if (job.trouble) return job.trouble;
  const read = job.lastRead
    ? `it was last read ${job.lastRead.power} at ${job.lastRead.at}`
    : 'its power was not read';
  return {
    code: job.lastRead ? 'fence.deadline' : 'bmc.timeout',
    message: `${job.server}: ${replyWords(job)}${read} when the deadline passed; do not fail over on this`,
  };
};

/** For `on`, off before the command says nothing; nor does an off that a pending power-on may end. */
const fencedByOff = (job: Job, proof: Proof | undefined): boolean =>
  proof?.power === 'off' && job.action !== 'on' && !job.offMayEnd;

/** What is known of the job now. */
export const reportOf = (job: Job): FenceReport => {
  const { outcome, reason, proof } = verdictOf(job);
  return {
    job: job.id,
    server: job.server,
    action: job.action,
    outcome,
    fenced: fencedByOff(job, proof),
    ...(job.accepted ? { accepted: true } : {}),
    ...(proof ? { proof } : {}),
    ...(reason ? { reason } : {}),
    ...(job.restart ? { restart: job.restart } : {}),
    journalled: job.journalled && job.owed === 0,
    steps: [...job.steps],
  };
};
