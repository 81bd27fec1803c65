import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns, nothing } from '../command.ts';
import { tooShort } from '../decoded.ts';

export interface DeviceId {
  readonly deviceId: number;
  readonly firmwareMajor: number;
  /** BCD on the wire, 0-99 here. */
  readonly firmwareMinor: number;
  /** IANA enterprise number. */
  readonly manufacturer: number;
  readonly product: number;
}

const responseLength = 11;
const ipmiVersion20 = 0x02;
/** What the simulated BMC offers: chassis, event log, sensor data repository, sensors. */
const deviceSupport = 0x87;

const toBcd = (value: number): number => (Math.floor(value / 10) << 4) | (value % 10);
const fromBcd = (byte: number): number => (byte >> 4) * 10 + (byte & 0x0f);

/** Get Device ID, IPMI 2.0 section 20.1; also the cheapest question inside a session. */
export const getDeviceId: IpmiCommand<undefined, DeviceId> = {
  name: 'Get Device ID',
  netFn: netFns.application,
  command: 0x01,
  encodeRequest: nothing.encode,
  decodeRequest: nothing.decode,
  encodeResponse(device) {
    const data = Buffer.alloc(responseLength);
    data[0] = device.deviceId;
    data[2] = device.firmwareMajor & 0x7f;
    data[3] = toBcd(device.firmwareMinor);
    data[4] = ipmiVersion20;
    data[5] = deviceSupport;
    data.writeUIntLE(device.manufacturer, 6, 3);
    data.writeUInt16LE(device.product, 9);
    return data;
  },
  decodeResponse(data) {
    if (data.length < responseLength) return tooShort;
    return ok({
      deviceId: data[0] as number,
      firmwareMajor: (data[2] as number) & 0x7f,
      firmwareMinor: fromBcd(data[3] as number),
      manufacturer: data.readUIntLE(6, 3),
      product: data.readUInt16LE(9),
    });
  },
};
