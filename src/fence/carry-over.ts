import type { JobView } from '../events/view.ts';
import { mayHaveSwitchedOn } from '../evidence/power-on.ts';
import { countsAsStop } from './guards.ts';
import type { JobStart } from './job.ts';

/** A job whose request is in the journal and whose end is not. */
export interface InterruptedJob extends Pick<JobStart, 'id' | 'server' | 'action' | 'requester'> {
  /** What is left of its deadline, by the wall clock; 0 or less where it has passed. */
  readonly remainingMs: number;
}

/** What the last life of the daemon left to this one. */
export interface CarriedOver {
  readonly interrupted: readonly InterruptedJob[];
  /** Servers that a power-on sent in the last life may still switch on. */
  readonly mayComeOn: readonly string[];
  /** The stops that were begun, and how long ago by the wall clock. */
  readonly stopped: readonly { readonly server: string; readonly agoMs: number }[];
}

const remainingMs = ({ requestedAt, deadlineMs }: JobView, nowWallMs: number): number =>
  Date.parse(requestedAt) + deadlineMs - nowWallMs;

/**
 * Reads off the journal's view what a starting daemon must take up. `powerOnLimitMs` is how long a
 * power-on may take to come true, beyond the deadline of its job.
 */
export const carriedOver = (
  jobs: readonly JobView[],
  nowWallMs: number,
  powerOnLimitMs: number,
): CarriedOver => ({
  interrupted: jobs
    .filter(({ report }) => report === undefined)
    .map((view) => ({
      id: view.job,
      server: view.server,
      action: view.action,
      requester: view.requester,
      remainingMs: remainingMs(view, nowWallMs),
    })),
  mayComeOn: jobs
    .filter((view) => mayHaveSwitchedOn(view) && remainingMs(view, nowWallMs) > -powerOnLimitMs)
    .map(({ server }) => server),
  stopped: jobs
    .filter(({ action, report }) => countsAsStop(action) && report?.outcome !== 'refused')
    .map(({ server, requestedAt }) => ({
      server,
      agoMs: Math.max(0, nowWallMs - Date.parse(requestedAt)),
    })),
});
