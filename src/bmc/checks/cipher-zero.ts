import { silentCodes } from '../../core/bmc-failures.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { type Finding, failed, good, warning } from '../../core/finding.ts';
import type { CallLimits } from '../../core/ports.ts';
import { tryOpening } from '../client/handshake.ts';
import { type Contact, openExchange } from '../client/login.ts';
import { type CipherSuite, cipherSuites } from '../ipmi/cipher-suites.ts';
import { reasonOf } from './reason.ts';

const suiteZero = cipherSuites.get(0) as CipherSuite;

/** Failures that leave open what the BMC would have said. */
const untold: ReadonlySet<ErrorCode> = new Set<ErrorCode>([...silentCodes, 'bmc.sessionFull']);

const tryZero = async (contact: Contact, limits: CallLimits): Promise<void> => {
  const exchange = await openExchange(contact);
  let tag = 0;
  const nextTag = () => {
    tag += 1;
    return tag;
  };
  try {
    await tryOpening({ exchange, limits, address: contact.address, suite: suiteZero, nextTag });
  } finally {
    exchange.close();
  }
};

/**
 * Whether the BMC opens sessions without any authentication (suite 0). The question ends before a name is
 * sent, so nobody is logged in by it. Never throws.
 */
export const checkCipherZero = async (contact: Contact, limits: CallLimits): Promise<Finding> => {
  const { address } = contact;
  try {
    await tryZero(contact, limits);
  } catch (error) {
    const { code, message } = reasonOf(error);
    const what = `whether ${address} accepts cipher suite 0 was not to be learned`;
    if (untold.has(code)) return failed('cipher0', 'warning', { code, message: `${what}: ${message}` });
    return good('cipher0', `${address} refuses cipher suite 0`);
  }
  return warning(
    'cipher0',
    `${address} accepts cipher suite 0: whoever reaches it and knows a user name can switch the server off without a password`,
    'Disable cipher suite 0 in the BMC, and keep its network apart.',
  );
};
