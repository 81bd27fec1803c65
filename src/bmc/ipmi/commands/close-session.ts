import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns, nothing } from '../command.ts';
import { tooShort } from '../decoded.ts';

/** Close Session, IPMI 2.0 section 22.19; the request names the BMC's id of the session. */
export const closeSession: IpmiCommand<number, undefined> = {
  name: 'Close Session',
  netFn: netFns.application,
  command: 0x3c,
  encodeRequest(bmcSessionId) {
    const data = Buffer.alloc(4);
    data.writeUInt32LE(bmcSessionId);
    return data;
  },
  decodeRequest(data) {
    if (data.length < 4) return tooShort;
    return ok(data.readUInt32LE(0));
  },
  encodeResponse: nothing.encode,
  decodeResponse: nothing.decode,
};
