import type { Clock, Timer } from '../core/clock.ts';
import type { Job } from './job.ts';

/** The moment from which a job's callers can be told: its ending, or its deadline if that comes first. */
export interface Decision {
  readonly made: Promise<void>;
  /** The job ended; false where its deadline had come first. */
  end(): boolean;
  /** The job's deadline moved. */
  rearm(): void;
}

export const createDecision = (clock: Clock, job: Job): Decision => {
  let decide: () => void = () => {};
  const made = new Promise<void>((resolve) => {
    decide = resolve;
  });
  let timer: Timer | undefined;
  let late = false;
  const rearm = () => {
    timer?.cancel();
    timer = clock.after(job.deadlineMs - clock.nowMs(), () => {
      late = true;
      decide();
    });
  };
  rearm();
  return {
    made,
    end() {
      timer?.cancel();
      decide();
      return !late;
    },
    rearm,
  };
};
