import type { ActiveSession } from './sessions.ts';

/** The session sequence number of the next answer in a session, IPMI 2.0 section 6.12.13. */
export type Numbering = (active: ActiveSession) => number;

/** One more each time; 0 is for packets outside of a session. */
export const countUp: Numbering = (active) => {
  active.sentSequence = active.sentSequence >= 0xffffffff ? 1 : active.sentSequence + 1;
  return active.sentSequence;
};
