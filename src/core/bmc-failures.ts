import type { ErrorCode } from './errors.ts';

/** Codes that say "nobody there"; with every other `bmc.*` code the BMC answered, with a no. */
export const silentCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'bmc.timeout',
  'bmc.portClosed',
  'bmc.unreachable',
]);

/**
 * Failures that can pass by themselves. Any other is a no: repeating the login could lock the account,
 * or, with a wrong K_g, leave one session after the other open in the BMC.
 */
export const passingCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...silentCodes,
  'bmc.sessionFull',
  'bmc.busy',
  'bmc.protocol',
]);
