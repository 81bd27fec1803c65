import { codeOf, messageOf } from '../../core/errors.ts';
import type { Reason } from '../../core/outcome.ts';

/** A thrown value as a reason; what comes without a code is a BMC that speaks no valid IPMI. */
export const reasonOf = (error: unknown): Reason => ({
  code: codeOf(error) ?? 'bmc.protocol',
  message: messageOf(error),
});
