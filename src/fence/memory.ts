import type { Job } from './job.ts';

/** Jobs that are over, the latest few. */
export interface JobMemory {
  add(job: Job): void;
  get(id: string): Job | undefined;
  all(): Iterable<Job>;
}

const mostRemembered = 200;

export const createJobMemory = (): JobMemory => {
  const jobs = new Map<string, Job>();
  return {
    add(job) {
      jobs.set(job.id, job);
      if (jobs.size <= mostRemembered) return;
      for (const oldest of jobs.keys()) {
        jobs.delete(oldest);
        return;
      }
    },
    get: (id) => jobs.get(id),
    all: () => jobs.values(),
  };
};

/** The job among `jobs` that began last and was more than a look. */
export const latestAmong = (jobs: readonly Job[], server: string): Job | undefined =>
  jobs
    .filter((job) => job.server === server && job.action !== 'status')
    .reduce<Job | undefined>(
      (latest, job) => (latest && latest.startedMs > job.startedMs ? latest : job),
      undefined,
    );
