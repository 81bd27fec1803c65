import type { Clock, Timer } from '../core/clock.ts';
import type { Job } from './job.ts';

/** The moment from which a job's callers can be told: its ending, or its deadline if that comes first. */
export interface Decision {
  readonly made: Promise<'ended' | 'deadline'>;
  /** The job ended. */
  end(): void;
  /** The job's deadline moved. */
  rearm(): void;
}

export const createDecision = (clock: Clock, job: Job): Decision => {
  let decide: (how: 'ended' | 'deadline') => void = () => {};
  const made = new Promise<'ended' | 'deadline'>((resolve) => {
    decide = resolve;
  });
  let timer: Timer | undefined;
  const rearm = () => {
    timer?.cancel();
    timer = clock.after(job.deadlineMs - clock.nowMs(), () => decide('deadline'));
  };
  rearm();
  return {
    made,
    end() {
      timer?.cancel();
      decide('ended');
    },
    rearm,
  };
};
