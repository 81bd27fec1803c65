import type { ErrorCode } from '../core/errors.ts';

/**
 * What a failed call to a BMC means for a job:
 * - `tryAgain`: it can pass by itself,
 * - `tryAgainOnceSent`: worth another try only where something was already sent and a proof is owed,
 * - `giveUp`: no further try can help before somebody mends something (and a wrong password tried
 *   again can lock the account).
 */
export type Persistence = 'tryAgain' | 'tryAgainOnceSent' | 'giveUp';

const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'bmc.timeout',
  'bmc.sessionFull',
  'bmc.busy',
  'bmc.protocol',
]);

const absent: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['bmc.portClosed', 'bmc.unreachable']);

export const persistenceAfter = (code: ErrorCode): Persistence => {
  if (passing.has(code)) return 'tryAgain';
  return absent.has(code) ? 'tryAgainOnceSent' : 'giveUp';
};
