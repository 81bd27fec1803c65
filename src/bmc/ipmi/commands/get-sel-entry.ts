import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns } from '../command.ts';
import { tooShort } from '../decoded.ts';
import { selRecordLength } from '../sel-record.ts';

export interface SelEntry {
  /** {@link lastSelEntryId} behind the last one. */
  readonly nextId: number;
  /** 16 bytes; decodeSelRecord reads them. */
  readonly record: Buffer;
}

export const firstSelEntryId = 0x0000;
export const lastSelEntryId = 0xffff;

const wholeRecord = 0xff;
const noReservation = 0;

/** Get SEL Entry, IPMI 2.0 section 31.5: one whole entry by its id, which needs no reservation. */
export const getSelEntry: IpmiCommand<number, SelEntry> = {
  name: 'Get SEL Entry',
  netFn: netFns.storage,
  command: 0x43,
  encodeRequest(id) {
    const data = Buffer.from([noReservation, noReservation, 0, 0, 0, wholeRecord]);
    data.writeUInt16LE(id, 2);
    return data;
  },
  decodeRequest(data) {
    if (data.length < 6) return tooShort;
    return ok(data.readUInt16LE(2));
  },
  encodeResponse({ nextId, record }) {
    const head = Buffer.alloc(2);
    head.writeUInt16LE(nextId);
    return Buffer.concat([head, record]);
  },
  decodeResponse(data) {
    if (data.length < 2 + selRecordLength) return tooShort;
    return ok({ nextId: data.readUInt16LE(0), record: data.subarray(2, 2 + selRecordLength) });
  },
};
