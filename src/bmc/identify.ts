import { codeOf, messageOf } from '../core/errors.ts';
import type { Outcome, Reason } from '../core/outcome.ts';
import type { BmcPort, CallLimits } from '../core/ports.ts';

/** What became of an identify request. */
export interface IdentifyOutcome {
  readonly outcome: Outcome;
  /** The BMC said yes. */
  readonly accepted: boolean;
  readonly reason?: Reason;
}

/** How long a lamp stays lit by itself: the value that the product's own command lines use. */
export const identifySeconds = 250;

/**
 * Lights the identify lamp for 250 s, or puts it out, and reads it back. A BMC that does not report
 * its lamp leaves the outcome `unknown`. Never throws.
 */
export const setIdentify = async (
  bmc: BmcPort,
  lit: boolean,
  limits: CallLimits,
): Promise<IdentifyOutcome> => {
  let accepted = false;
  try {
    const session = await bmc.open(limits);
    try {
      await session.identify(lit ? { seconds: identifySeconds } : 'off', limits);
      accepted = true;
      const state = await session.readIdentify(limits);
      if (state === undefined) return { outcome: 'unknown', accepted, reason: notTold };
      const seen = lit === (state !== 'off');
      return seen ? { outcome: 'confirmed', accepted } : { outcome: 'unknown', accepted, reason: notSeen };
    } finally {
      void session.close();
    }
  } catch (error) {
    const reason: Reason = { code: codeOf(error) ?? 'bmc.protocol', message: messageOf(error) };
    const silent = accepted || reason.code === 'bmc.timeout';
    return { outcome: silent ? 'unknown' : 'refused', accepted, reason };
  }
};

const notTold: Reason = {
  code: 'identify.notProvable',
  message: 'the BMC accepted the command, but does not report the state of its identify lamp',
};

const notSeen: Reason = {
  code: 'identify.notSeen',
  message: 'the BMC accepted the command, but reports the identify lamp in the other state',
};
