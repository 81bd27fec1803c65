import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns } from '../command.ts';
import { tooShort } from '../decoded.ts';
import { type RawThresholds, thresholdNames } from '../sdr/record.ts';

const responseLength = 7;

/** Get Sensor Thresholds, IPMI 2.0 section 35.9: those in force now, by the number of the sensor. */
export const getSensorThresholds: IpmiCommand<number, RawThresholds> = {
  name: 'Get Sensor Thresholds',
  netFn: netFns.sensor,
  command: 0x27,
  encodeRequest: (sensor) => Buffer.from([sensor]),
  decodeRequest: (data) => (data.length < 1 ? tooShort : ok(data[0] as number)),
  encodeResponse(thresholds) {
    const data = Buffer.alloc(responseLength);
    for (const [bit, name] of thresholdNames.entries()) {
      if (thresholds[name] === undefined) continue;
      data[0] = (data[0] as number) | (1 << bit);
      data[bit + 1] = thresholds[name];
    }
    return data;
  },
  decodeResponse(data) {
    if (data.length < responseLength) return tooShort;
    const readable = data[0] as number;
    const present = thresholdNames.flatMap((name, bit) =>
      ((readable >> bit) & 1) === 1 ? [[name, data[bit + 1]]] : [],
    );
    return ok(Object.fromEntries(present));
  },
};
