import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns } from '../command.ts';
import { tooShort } from '../decoded.ts';

export interface SensorReadingData {
  /** 0-255; means nothing where the sensor has no analog reading. */
  readonly raw: number;
  readonly scanning: boolean;
  /** The sensor itself says that there is no reading now. */
  readonly unavailable: boolean;
  /**
   * Bits of the states that hold: of a threshold sensor 0-5, in the order lower non-critical, critical,
   * non-recoverable, then upper; of others the offsets 0-14. Undefined where the BMC leaves them out.
   */
  readonly states: number | undefined;
}

const eventsEnabled = 0x80;
const scanningEnabled = 0x40;
const unavailableBit = 0x20;
const statesMask = 0x7fff;

/** Get Sensor Reading, IPMI 2.0 section 35.14, by the number of the sensor. */
export const getSensorReading: IpmiCommand<number, SensorReadingData> = {
  name: 'Get Sensor Reading',
  netFn: netFns.sensor,
  command: 0x2d,
  encodeRequest: (sensor) => Buffer.from([sensor]),
  decodeRequest: (data) => (data.length < 1 ? tooShort : ok(data[0] as number)),
  encodeResponse({ raw, scanning, unavailable, states }) {
    const flags = eventsEnabled | (scanning ? scanningEnabled : 0) | (unavailable ? unavailableBit : 0);
    if (states === undefined) return Buffer.from([raw, flags]);
    return Buffer.from([raw, flags, states & 0xff, states >> 8]);
  },
  decodeResponse(data) {
    if (data.length < 2) return tooShort;
    const [raw = 0, flags = 0, low, high = 0] = data;
    return ok({
      raw,
      scanning: (flags & scanningEnabled) !== 0,
      unavailable: (flags & unavailableBit) !== 0,
      states: low === undefined ? undefined : (low | (high << 8)) & statesMask,
    });
  },
};
