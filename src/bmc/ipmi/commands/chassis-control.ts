import { fail, ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns, nothing } from '../command.ts';
import { tooShort } from '../decoded.ts';

/** The values of Chassis Control, in the order of their numbers. */
export const chassisControls = ['off', 'on', 'cycle', 'reset', 'nmi', 'softOff'] as const;
export type ChassisControl = (typeof chassisControls)[number];

/** Chassis Control, IPMI 2.0 section 28.3. The answer says "accepted"; it never says "done". */
export const chassisControl: IpmiCommand<ChassisControl, undefined> = {
  name: 'Chassis Control',
  netFn: netFns.chassis,
  command: 0x02,
  encodeRequest: (control) => Buffer.from([chassisControls.indexOf(control)]),
  decodeRequest(data) {
    if (data.length < 1) return tooShort;
    const control = chassisControls[(data[0] as number) & 0x0f];
    return control ? ok(control) : fail('badValue');
  },
  encodeResponse: nothing.encode,
  decodeResponse: nothing.decode,
};
