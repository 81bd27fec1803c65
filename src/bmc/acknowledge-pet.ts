import type { CallLimits, PetAcknowledgement } from '../core/ports.ts';
import { completionError } from './client/failures.ts';
import { type Contact, openExchange } from './client/login.ts';
import { askPlain } from './client/plain-ask.ts';
import { petAcknowledge } from './ipmi/commands/pet-acknowledge.ts';

/**
 * PET Acknowledge (IPMI 2.0 section 30.8), outside of a session, which the specification allows: no password is sent,
 * no session slot taken, no account locked. Throws a CodedError with a `bmc.*` code.
 */
export const acknowledgePet = async (
  contact: Contact,
  acknowledgement: PetAcknowledgement,
  limits: CallLimits,
): Promise<void> => {
  const exchange = await openExchange(contact);
  try {
    const { completionCode } = await askPlain(exchange, petAcknowledge, acknowledgement, limits);
    if (completionCode !== 0) throw completionError(contact.address, petAcknowledge.name, completionCode);
  } finally {
    exchange.close();
  }
};
