import { ok } from '../../../core/result.ts';
import { type IpmiCommand, netFns } from '../command.ts';
import { tooShort } from '../decoded.ts';
import { decodeFactors, encodeFactors, type Factors, factorsLength } from '../sdr/conversion.ts';

export interface ReadingFactorsRequest {
  readonly sensor: number;
  readonly raw: number;
}

export interface ReadingFactors extends Factors {
  /** The next raw reading for which the factors are others. */
  readonly nextRaw: number;
}

/** Get Sensor Reading Factors, IPMI 2.0 section 35.5: of a sensor that is not linear, around one reading. */
export const getSensorReadingFactors: IpmiCommand<ReadingFactorsRequest, ReadingFactors> = {
  name: 'Get Sensor Reading Factors',
  netFn: netFns.sensor,
  command: 0x23,
  encodeRequest: ({ sensor, raw }) => Buffer.from([sensor, raw]),
  decodeRequest(data) {
    if (data.length < 2) return tooShort;
    return ok({ sensor: data[0] as number, raw: data[1] as number });
  },
  encodeResponse: ({ nextRaw, ...factors }) =>
    Buffer.concat([Buffer.from([nextRaw]), encodeFactors(factors)]),
  decodeResponse(data) {
    if (data.length < 1 + factorsLength) return tooShort;
    return ok({ nextRaw: data[0] as number, ...decodeFactors(data, 1) });
  },
};
