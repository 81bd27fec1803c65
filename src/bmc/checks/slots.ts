import { type Finding, good, warning } from '../../core/finding.ts';
import { getSessionInfo } from '../ipmi/commands/get-session-info.ts';
import { type Ask, unanswered } from './ask.ts';

/** Two gateways may stop the same server at the same time. */
const slotsWanted = 2;

/** How many session slots are free, the one of this examination counted as free. Never throws. */
export const checkSlots = async (address: string, ask: Ask): Promise<Finding> => {
  const untold = `${address} does not tell how many session slots it has`;
  try {
    const { possible, active } = await ask(getSessionInfo, { by: 'current' });
    if (possible === 0) return good('slots', untold);
    const free = possible - Math.max(0, active - 1);
    const message = `${free} of the ${possible} session slots of ${address} are free`;
    if (free >= slotsWanted) return good('slots', message);
    return warning(
      'slots',
      `${message}, and two gateways may need one each`,
      'Close other IPMI clients; leaked sessions end by themselves after the BMC idle limit (about a minute).',
    );
  } catch (error) {
    return unanswered('slots', error, untold);
  }
};
