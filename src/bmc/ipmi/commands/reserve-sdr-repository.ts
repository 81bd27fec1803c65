import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns, nothing } from '../command.ts';
import { tooShort } from '../decoded.ts';

/**
 * Reserve SDR Repository, IPMI 2.0 section 33.11: the number that partial reads carry, so that a record that
 * changes between two of them is noticed.
 */
export const reserveSdrRepository: IpmiCommand<undefined, number> = {
  name: 'Reserve SDR Repository',
  netFn: netFns.storage,
  command: 0x22,
  encodeRequest: nothing.encode,
  decodeRequest: nothing.decode,
  encodeResponse(reservation) {
    const data = Buffer.alloc(2);
    data.writeUInt16LE(reservation);
    return data;
  },
  decodeResponse(data) {
    if (data.length < 2) return tooShort;
    return ok(data.readUInt16LE(0));
  },
};
