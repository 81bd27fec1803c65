import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns } from '../command.ts';
import { tooShort } from '../decoded.ts';

export interface GetSdrRequest {
  /** From Reserve SDR Repository; needed where the read does not begin at 0. */
  readonly reservation: number;
  /** 0000h: the first record, {@link lastRecordId}: the last one. */
  readonly recordId: number;
  readonly offset: number;
  /** FFh: the whole record. */
  readonly count: number;
}

export interface SdrPart {
  /** {@link lastRecordId} behind the last one. */
  readonly nextRecordId: number;
  readonly data: Buffer;
}

export const firstRecordId = 0x0000;
export const lastRecordId = 0xffff;

/** Get SDR, IPMI 2.0 section 33.12: a part of a record, and which record comes after it. */
export const getSdr: IpmiCommand<GetSdrRequest, SdrPart> = {
  name: 'Get SDR',
  netFn: netFns.storage,
  command: 0x23,
  encodeRequest({ reservation, recordId, offset, count }) {
    const data = Buffer.from([0, 0, 0, 0, offset, count]);
    data.writeUInt16LE(reservation, 0);
    data.writeUInt16LE(recordId, 2);
    return data;
  },
  decodeRequest(data) {
    if (data.length < 6) return tooShort;
    return ok({
      reservation: data.readUInt16LE(0),
      recordId: data.readUInt16LE(2),
      offset: data[4] as number,
      count: data[5] as number,
    });
  },
  encodeResponse({ nextRecordId, data }) {
    const head = Buffer.alloc(2);
    head.writeUInt16LE(nextRecordId);
    return Buffer.concat([head, data]);
  },
  decodeResponse(data) {
    if (data.length < 2) return tooShort;
    return ok({ nextRecordId: data.readUInt16LE(0), data: data.subarray(2) });
  },
};
