import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns, nothing } from '../command.ts';
import { tooShort } from '../decoded.ts';

export interface SdrRepositoryInfo {
  readonly records: number;
  /** When a record was last added and last erased, in the BMC's seconds: another repository where one differs. */
  readonly lastAddition: number;
  readonly lastErase: number;
}

const responseLength = 14;
const sdrVersion = 0x51;
/** Non-modal updates and Reserve SDR Repository. */
const supports = 0x22;
const freeUnspecified = 0xffff;

/** Get SDR Repository Info, IPMI 2.0 section 33.9. */
export const getSdrRepositoryInfo: IpmiCommand<undefined, SdrRepositoryInfo> = {
  name: 'Get SDR Repository Info',
  netFn: netFns.storage,
  command: 0x20,
  encodeRequest: nothing.encode,
  decodeRequest: nothing.decode,
  encodeResponse({ records, lastAddition, lastErase }) {
    const data = Buffer.alloc(responseLength);
    data[0] = sdrVersion;
    data.writeUInt16LE(records, 1);
    data.writeUInt16LE(freeUnspecified, 3);
    data.writeUInt32LE(lastAddition, 5);
    data.writeUInt32LE(lastErase, 9);
    data[13] = supports;
    return data;
  },
  decodeResponse(data) {
    if (data.length < responseLength) return tooShort;
    return ok({
      records: data.readUInt16LE(1),
      lastAddition: data.readUInt32LE(5),
      lastErase: data.readUInt32LE(9),
    });
  },
};
