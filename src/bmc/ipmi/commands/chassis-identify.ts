import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns, nothing } from '../command.ts';

/** What the identify lamp is told; `seconds` 0 puts it out, 1-255 ends by itself. */
export interface ChassisIdentify {
  readonly seconds: number;
  /** Stay lit until told otherwise; not every BMC knows it. */
  readonly indefinite: boolean;
}

const defaultSeconds = 15;

/** Chassis Identify, IPMI 2.0 section 28.5. */
export const chassisIdentify: IpmiCommand<ChassisIdentify, undefined> = {
  name: 'Chassis Identify',
  netFn: netFns.chassis,
  command: 0x04,
  encodeRequest: ({ seconds, indefinite }) => Buffer.from(indefinite ? [seconds, 1] : [seconds]),
  decodeRequest(data) {
    const seconds = data.length > 0 ? (data[0] as number) : defaultSeconds;
    return ok({ seconds, indefinite: data.length > 1 && ((data[1] as number) & 1) !== 0 });
  },
  encodeResponse: nothing.encode,
  decodeResponse: nothing.decode,
};
