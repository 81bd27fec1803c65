import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns, nothing } from '../command.ts';
import { tooShort } from '../decoded.ts';

export interface SelInfo {
  readonly entries: number;
  readonly freeBytes: number;
  /** Events were dropped because the log was full. */
  readonly overflow: boolean;
}

const responseLength = 14;
const selVersion = 0x51;
const reserveSupported = 0x02;
const overflowBit = 0x80;

/** Get SEL Info, IPMI 2.0 section 31.2. */
export const getSelInfo: IpmiCommand<undefined, SelInfo> = {
  name: 'Get SEL Info',
  netFn: netFns.storage,
  command: 0x40,
  encodeRequest: nothing.encode,
  decodeRequest: nothing.decode,
  encodeResponse({ entries, freeBytes, overflow }) {
    const data = Buffer.alloc(responseLength);
    data[0] = selVersion;
    data.writeUInt16LE(entries, 1);
    data.writeUInt16LE(freeBytes, 3);
    data[13] = reserveSupported | (overflow ? overflowBit : 0);
    return data;
  },
  decodeResponse(data) {
    if (data.length < responseLength) return tooShort;
    return ok({
      entries: data.readUInt16LE(1),
      freeBytes: data.readUInt16LE(3),
      overflow: ((data[13] as number) & overflowBit) !== 0,
    });
  },
};
