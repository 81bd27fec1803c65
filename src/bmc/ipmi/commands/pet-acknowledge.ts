import type { PetAcknowledgement } from '../../../core/ports.ts';
import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns, nothing } from '../command.ts';
import { tooShort } from '../decoded.ts';

const length = 12;

/**
 * PET Acknowledge, IPMI 2.0 section 30.8: without it a BMC whose alert destination is "acknowledged" sends the
 * same trap again. Least significant byte first, unlike in the trap. It needs no session.
 */
export const petAcknowledge: IpmiCommand<PetAcknowledgement, undefined> = {
  name: 'PET Acknowledge',
  netFn: netFns.sensor,
  command: 0x17,
  encodeRequest({ sequence, localSeconds, eventSource, sensorDevice, sensorNumber, eventData }) {
    const bytes = Buffer.alloc(length);
    bytes.writeUInt16LE(sequence, 0);
    bytes.writeUInt32LE(localSeconds, 2);
    bytes.set([eventSource, sensorDevice, sensorNumber], 6);
    eventData.copy(bytes, 9, 0, 3);
    return bytes;
  },
  decodeRequest(data) {
    if (data.length < length) return tooShort;
    return ok({
      sequence: data.readUInt16LE(0),
      localSeconds: data.readUInt32LE(2),
      eventSource: data.readUInt8(6),
      sensorDevice: data.readUInt8(7),
      sensorNumber: data.readUInt8(8),
      eventData: data.subarray(9, length),
    });
  },
  encodeResponse: nothing.encode,
  decodeResponse: nothing.decode,
};
