import { type Finding, failed, good } from '../../core/finding.ts';
import type { CallLimits } from '../../core/ports.ts';
import { type Contact, meet, openExchange } from '../client/login.ts';
import { reasonOf } from './reason.ts';

const askVersion = async (contact: Contact, limits: CallLimits): Promise<number> => {
  const exchange = await openExchange(contact);
  try {
    const startedMs = contact.clock.nowMs();
    await meet(contact, exchange, limits);
    return contact.clock.nowMs() - startedMs;
  } finally {
    exchange.close();
  }
};

/** Whether something at the address speaks IPMI 2.0, before anybody logs in. Never throws. */
export const checkAnswer = async (contact: Contact, limits: CallLimits): Promise<Finding> => {
  try {
    const ms = await askVersion(contact, limits);
    return good('answer', `${contact.address} speaks IPMI 2.0; it answered in ${ms.toFixed(1)} ms`);
  } catch (error) {
    return failed('answer', 'bad', reasonOf(error));
  }
};
