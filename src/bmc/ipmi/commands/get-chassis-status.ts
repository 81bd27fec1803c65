import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns, nothing } from '../command.ts';
import { tooShort } from '../decoded.ts';

/** What the server does when the mains come back. */
export const restorePolicies = ['alwaysOff', 'previous', 'alwaysOn', 'unknown'] as const;
export type RestorePolicy = (typeof restorePolicies)[number];

export const identifyStates = ['off', 'timed', 'indefinite'] as const;

export interface ChassisStatus {
  readonly power: 'on' | 'off';
  readonly restorePolicy: RestorePolicy;
  readonly powerFault: boolean;
  /** The identify lamp, or undefined where the BMC does not tell. */
  readonly identify: (typeof identifyStates)[number] | undefined;
}

const powerBit = 0x01;
const powerFaultBit = 0x08;
const identifySupportedBit = 0x40;

/** Get Chassis Status, IPMI 2.0 section 28.2: the read that every power proof rests on. */
export const getChassisStatus: IpmiCommand<undefined, ChassisStatus> = {
  name: 'Get Chassis Status',
  netFn: netFns.chassis,
  command: 0x01,
  encodeRequest: nothing.encode,
  decodeRequest: nothing.decode,
  encodeResponse({ power, restorePolicy, powerFault, identify }) {
    const current =
      (power === 'on' ? powerBit : 0) |
      (powerFault ? powerFaultBit : 0) |
      (restorePolicies.indexOf(restorePolicy) << 5);
    const misc = identify ? identifySupportedBit | (identifyStates.indexOf(identify) << 4) : 0;
    return Buffer.from([current, 0, misc]);
  },
  decodeResponse(data) {
    if (data.length < 3) return tooShort;
    const current = data[0] as number;
    const misc = data[2] as number;
    return ok({
      power: (current & powerBit) !== 0 ? 'on' : 'off',
      restorePolicy: restorePolicies[(current >> 5) & 3] as RestorePolicy,
      powerFault: (current & powerFaultBit) !== 0,
      // The fourth value is reserved, and as good as not told.
      identify: (misc & identifySupportedBit) !== 0 ? identifyStates[(misc >> 4) & 3] : undefined,
    });
  },
};
