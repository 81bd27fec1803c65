import type { StopReply } from '../core/ports.ts';
import type { EventData, NewEvent } from '../events/catalogue.ts';
import type { Job } from './job.ts';

/** What is put on record of a script while it runs. */
export interface ScriptNotes {
  readonly started: () => void;
  readonly ended: (reply: StopReply) => void;
}

type Result = EventData<'fence.scriptEnded'>['result'];

/** A script that was killed because its job was called off did not run out of its time. */
const resultOf = (reply: StopReply, { abort }: Job): Result => {
  if (reply.kind === 'accepted') return 'completed';
  if (reply.kind === 'notSent') return 'notStarted';
  return reply.reason.code === 'script.timedOut' && !abort.signal.calledOff ? 'timedOut' : 'failed';
};

const exitCodeOf = (reply: StopReply): number | undefined => {
  if (reply.kind === 'accepted') return 0;
  return reply.kind === 'unanswered' ? reply.exitCode : undefined;
};

/** Tells what becomes of a job's script; `report` keeps nobody waiting for the disk. */
export const scriptNotes = (report: (event: NewEvent) => void, job: Job, file: string): ScriptNotes => {
  const about = { job: job.id, server: job.server, file };
  return {
    started: () => report({ type: 'fence.scriptStarted', source: 'fence', data: about }),
    ended(reply) {
      const exitCode = exitCodeOf(reply);
      const data = {
        ...about,
        result: resultOf(reply, job),
        ...(exitCode !== undefined && { exitCode }),
        ...(reply.kind !== 'accepted' && { message: reply.reason.message }),
      };
      const severity = reply.kind === 'accepted' ? 'info' : 'warning';
      report({ type: 'fence.scriptEnded', source: 'fence', severity, data });
    },
  };
};
