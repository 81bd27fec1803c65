import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns, nothing } from '../command.ts';
import { tooShort } from '../decoded.ts';

/** Which trap is acknowledged: the fields of the PET itself, which has its numbers in the other byte order. */
export interface PetAcknowledge {
  readonly sequence: number;
  /** Seconds since 1998-01-01 as the trap had them; 0 is unspecified. */
  readonly localSeconds: number;
  readonly eventSource: number;
  readonly sensorDevice: number;
  readonly sensorNumber: number;
  /** Event data 1 to 3. */
  readonly eventData: Buffer;
}

const length = 12;

/**
 * PET Acknowledge, IPMI 2.0 section 30.8: without it a BMC whose alert destination is "acknowledged" sends the
 * same trap again. Least significant byte first, unlike in the trap. It needs no session.
 */
export const petAcknowledge: IpmiCommand<PetAcknowledge, undefined> = {
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
