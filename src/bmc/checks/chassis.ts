import { type Finding, failed, good, warning } from '../../core/finding.ts';
import { getChassisStatus, type RestorePolicy } from '../ipmi/commands/get-chassis-status.ts';
import type { Ask } from './ask.ts';
import { reasonOf } from './reason.ts';

const restoreFinding = (address: string, policy: RestorePolicy): Finding => {
  switch (policy) {
    case 'alwaysOn':
      return good('restore', `the server of ${address} comes on when the mains come back`);
    case 'previous':
      return good(
        'restore',
        `when the mains come back, the server of ${address} is as it was when they failed`,
      );
    case 'alwaysOff':
      return warning(
        'restore',
        `the server of ${address} stays off when the mains come back, until somebody switches it on`,
        'Set the power restore policy in the BMC to "previous" or "always on", unless this is wanted.',
      );
    case 'unknown':
      return warning(
        'restore',
        `${address} does not tell what its server does when the mains come back`,
        'Look up the power restore policy in the setup of the server.',
      );
  }
};

/** The read that every power proof rests on, and what the server does after a power failure. Never throws. */
export const checkChassis = async (address: string, ask: Ask): Promise<Finding[]> => {
  try {
    const { power, restorePolicy } = await ask(getChassisStatus, undefined);
    return [
      good('power', `${address} says that its server is ${power}`),
      restoreFinding(address, restorePolicy),
    ];
  } catch (error) {
    const { code, message } = reasonOf(error);
    return [failed('power', 'bad', { code, message: `the power cannot be read: ${message}` })];
  }
};
