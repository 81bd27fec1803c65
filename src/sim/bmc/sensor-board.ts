import type { SensorReadingData } from '../../bmc/ipmi/commands/get-sensor-reading.ts';
import { encodeLocatorRecord, encodeSensorRecord } from '../../bmc/ipmi/sdr/encode-record.ts';
import {
  type FullSensor,
  type LocatorRecord,
  type RawThresholds,
  type SensorRecord,
  thresholdNames,
} from '../../bmc/ipmi/sdr/record.ts';

/** What a sensor shows: a raw value, offsets of states that hold, or why there is neither. */
export type Shown =
  | { readonly raw: number }
  | { readonly states: readonly number[] }
  | 'unavailable'
  | 'scanningDisabled';

/** A sensor of the simulated machine. */
export interface SimSensor {
  readonly record: SensorRecord;
  /** Undefined where the BMC knows no such sensor, though its repository names it. */
  readonly shown: Shown | undefined;
  /** What it shows while the server is off, where that is something else. */
  readonly whileOff?: Shown;
}

/** What the BMC's sensor commands act on. */
export interface SensorBoard {
  /** The sensor data repository: whole records in their order. */
  readonly repository: readonly Buffer[];
  reading(sensor: number): SensorReadingData | undefined;
  /** Undefined where the sensor has none that can be read. */
  thresholds(sensor: number): RawThresholds | undefined;
}

const isBelow = (name: string): boolean => name.startsWith('lower');

/** The bits of the thresholds that a raw value has reached; raw values count as unsigned here. */
const reached = (raw: number, thresholds: RawThresholds): number =>
  thresholdNames.reduce((bits, name, bit) => {
    const limit = thresholds[name];
    if (limit === undefined) return bits;
    return (isBelow(name) ? raw <= limit : raw >= limit) ? bits | (1 << bit) : bits;
  }, 0);

const readingOf = (record: SensorRecord, shown: Shown): SensorReadingData => {
  const base = { raw: 0, scanning: true, unavailable: false, states: 0 };
  if (shown === 'unavailable') return { ...base, unavailable: true };
  if (shown === 'scanningDisabled') return { ...base, scanning: false };
  if ('states' in shown) return { ...base, states: shown.states.reduce((bits, bit) => bits | (1 << bit), 0) };
  const thresholds = record.kind === 'full' ? record.thresholds : {};
  return { ...base, raw: shown.raw, states: reached(shown.raw, thresholds) };
};

const hasReadable = (record: SensorRecord): record is FullSensor =>
  record.kind === 'full' && (record.thresholdAccess === 'readable' || record.thresholdAccess === 'settable');

/** The sensors of a machine and the names of its devices, as its BMC sees them. */
export const createSensorBoard = (
  sensors: readonly SimSensor[],
  devices: readonly LocatorRecord[],
  power: () => 'on' | 'off',
): SensorBoard => {
  const find = (number: number) =>
    sensors.find(({ record }) => record.number === number && record.kind !== 'eventOnly');
  return {
    repository: [
      ...sensors.map(({ record }) => encodeSensorRecord(record)),
      ...devices.map(encodeLocatorRecord),
    ],
    reading(number) {
      const sensor = find(number);
      const shown = power() === 'off' ? (sensor?.whileOff ?? sensor?.shown) : sensor?.shown;
      return sensor && shown && readingOf(sensor.record, shown);
    },
    thresholds(number) {
      const record = find(number)?.record;
      return record && hasReadable(record) ? record.thresholds : undefined;
    },
  };
};
