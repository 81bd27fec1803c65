import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns, nothing } from '../command.ts';
import { tooShort } from '../decoded.ts';

/**
 * Get SEL Time, IPMI 2.0 section 31.10: the clock that stamps the BMC's event log, in seconds since 1970. Up to
 * 20000000h it counts from the start of the BMC instead, and FFFFFFFFh is a clock that was never set (section 37.1).
 */
export const getSelTime: IpmiCommand<undefined, number> = {
  name: 'Get SEL Time',
  netFn: netFns.storage,
  command: 0x48,
  encodeRequest: nothing.encode,
  decodeRequest: nothing.decode,
  encodeResponse(seconds) {
    const data = Buffer.alloc(4);
    data.writeUInt32LE(seconds);
    return data;
  },
  decodeResponse(data) {
    if (data.length < 4) return tooShort;
    return ok(data.readUInt32LE(0));
  },
};
