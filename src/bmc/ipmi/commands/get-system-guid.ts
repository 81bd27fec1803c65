import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns, nothing } from '../command.ts';
import { tooShort } from '../decoded.ts';

const guidLength = 16;

/** Get System GUID, IPMI 2.0 section 22.14: 16 bytes in the order of the wire. */
export const getSystemGuid: IpmiCommand<undefined, Buffer> = {
  name: 'Get System GUID',
  netFn: netFns.application,
  command: 0x37,
  encodeRequest: nothing.encode,
  decodeRequest: nothing.decode,
  encodeResponse: (guid) => guid,
  decodeResponse(data) {
    if (data.length < guidLength) return tooShort;
    return ok(data.subarray(0, guidLength));
  },
};
