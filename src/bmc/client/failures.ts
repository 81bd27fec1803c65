import { CodedError, type ErrorCode } from '../../core/errors.ts';
import { completionCodes, completionText, isPassingCompletion } from '../ipmi/completion-codes.ts';
import { rakpStatus } from '../ipmi/rakp-status.ts';

/** Turns what a BMC says into the project's codes, in one place. */

const statusCodes: Readonly<Record<number, ErrorCode>> = {
  [rakpStatus.insufficientResources]: 'bmc.sessionFull',
  [rakpStatus.insufficientResourcesForRole]: 'bmc.sessionFull',
  [rakpStatus.invalidAuthentication]: 'bmc.cipherSuite',
  [rakpStatus.invalidIntegrity]: 'bmc.cipherSuite',
  [rakpStatus.noMatchingAuthentication]: 'bmc.cipherSuite',
  [rakpStatus.noMatchingIntegrity]: 'bmc.cipherSuite',
  [rakpStatus.invalidConfidentiality]: 'bmc.cipherSuite',
  [rakpStatus.noCipherSuiteMatch]: 'bmc.cipherSuite',
  [rakpStatus.invalidRole]: 'bmc.privilege',
  [rakpStatus.unauthorizedRole]: 'bmc.privilege',
  [rakpStatus.invalidNameLength]: 'bmc.user',
  [rakpStatus.unauthorizedName]: 'bmc.user',
  [rakpStatus.invalidCheckValue]: 'bmc.auth',
};

const statusSentences: Partial<Record<ErrorCode, string>> = {
  'bmc.sessionFull': 'has no free session slot',
  'bmc.cipherSuite': 'does not accept the cipher suite',
  'bmc.privilege': 'does not grant this user the privilege level asked for',
  'bmc.user': 'does not know this user name, or does not let it in over the LAN',
  'bmc.auth': 'refused the password',
};

/** The error for a handshake message that came back with a status other than 00h. */
export const statusError = (address: string, message: string, status: number): CodedError => {
  const code = statusCodes[status] ?? 'bmc.protocol';
  const what = statusSentences[code] ?? 'ended the login';
  return new CodedError(
    code,
    `${address} ${what} (${message} status ${status.toString(16).padStart(2, '0')}h)`,
  );
};

/** The project's code for an IPMI completion code other than 00h. */
export const completionErrorCode = (completionCode: number): ErrorCode => {
  if (isPassingCompletion(completionCode)) return 'bmc.busy';
  switch (completionCode) {
    case completionCodes.insufficientPrivilege:
    case completionCodes.privilegeExceedsLimit:
      return 'bmc.privilege';
    case completionCodes.notInPresentState:
      return 'bmc.state';
    default:
      return 'bmc.rejected';
  }
};

/**
 * Completion codes of a BMC that does not say whether it carried the command out, table 5-2: it ran
 * out of time, cannot give the answer (CEh), has done it once already, or does not know (FFh).
 */
const uncertainCodes: ReadonlySet<number> = new Set([
  completionCodes.timeout,
  0xce,
  completionCodes.duplicate,
  0xff,
]);

/** Whether a command that was answered like this may have been done all the same. */
export const mayHaveBeenDone = (completionCode: number): boolean => uncertainCodes.has(completionCode);

/** A command that came back with a completion code other than 00h; a few of them are an answer too. */
export class CompletionError extends CodedError {
  readonly completionCode: number;

  constructor(address: string, command: string, completionCode: number) {
    super(
      completionErrorCode(completionCode),
      `${address} answered ${command} with completion code ${completionText(completionCode)}`,
    );
    this.completionCode = completionCode;
  }
}

/** The error for a command that came back with a completion code other than 00h. */
export const completionError = (address: string, command: string, completionCode: number): CompletionError =>
  new CompletionError(address, command, completionCode);

/** The completion code behind a thrown value, where there is one. */
export const completionCodeOf = (error: unknown): number | undefined =>
  error instanceof CompletionError ? error.completionCode : undefined;
