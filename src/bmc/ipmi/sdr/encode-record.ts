import type { SensorUnits } from '../tables/units.ts';
import { encodeFactors } from './conversion.ts';
import { encodeIdString } from './id-string.ts';
import {
  type FullSensor,
  firstByte,
  headerLength,
  type LocatorRecord,
  type RecordSharing,
  recordTypes,
  type SensorIdentity,
  type SensorRecord,
  thresholdAccesses,
  thresholdNames,
} from './record.ts';

/** SDR version 1.5 in BCD, which is what IPMI 2.0 writes too. */
const sdrVersion = 0x51;
/** Initialize scanning, events, thresholds and hysteresis; scanning and events on after a start. */
const initialization = 0x7f;
const autoRearm = 0x40;

const withHeader = (recordId: number, recordType: number, body: Buffer, name: string): Buffer => {
  const id = encodeIdString(name);
  const header = Buffer.from([0, 0, sdrVersion, recordType, body.length - headerLength + id.length]);
  header.writeUInt16LE(recordId);
  body.set(header);
  return Buffer.concat([body, id]);
};

const putIdentity = (body: Buffer, sensor: SensorIdentity, typeAt: number): void => {
  body[firstByte.owner] = sensor.owner;
  body[firstByte.ownerLun] = sensor.ownerLun;
  body[firstByte.number] = sensor.number;
  body[firstByte.entityId] = sensor.entityId;
  body[firstByte.entityInstance] = sensor.entityInstance;
  body[typeAt] = sensor.sensorType;
  body[typeAt + 1] = sensor.eventType;
};

const modifierUses = { none: 0, divide: 1, multiply: 2 } as const;
const encodings = { unsigned: 0, onesComplement: 1, twosComplement: 2 } as const;
const noAnalogReading = 3;

const putUnits = (body: Buffer, at: number, encoding: number, units: SensorUnits): void => {
  const use = modifierUses[units.modifierUse];
  body[at] = (encoding << 6) | (units.rate << 3) | (use << 1) | (units.percentage ? 1 : 0);
  body[at + 1] = units.base;
  body[at + 2] = units.modifier;
};

/** Thresholds stand from here towards the beginning, in the order of {@link thresholdNames}. */
const lowestThreshold = 41;

const encodeFull = (sensor: FullSensor): Buffer => {
  const { analog, thresholds, units } = sensor;
  const body = Buffer.alloc(47);
  putIdentity(body, sensor, 12);
  body[10] = initialization;
  body[11] = autoRearm | (thresholdAccesses.indexOf(sensor.thresholdAccess) << 2);
  for (const [bit, name] of thresholdNames.entries()) {
    const threshold = thresholds[name];
    if (threshold === undefined) continue;
    body[18] = (body[18] as number) | (1 << bit);
    body[lowestThreshold - bit] = threshold;
  }
  putUnits(body, 20, analog ? encodings[analog.encoding] : noAnalogReading, units);
  if (analog) {
    body[23] = analog.linearization;
    body.set(encodeFactors(analog.factors), 24);
  }
  return withHeader(sensor.recordId, recordTypes.full, body, sensor.name);
};

const putSharing = (body: Buffer, at: number, sharing: RecordSharing): void => {
  body[at] = (sharing.suffix === 'alpha' ? 0x10 : 0) | sharing.count;
  body[at + 1] = (sharing.entityIncrements ? 0x80 : 0) | sharing.suffixOffset;
};

/** The record of a sensor in bytes, for simulators and tests; what it does not tell is 0 or usual. */
export const encodeSensorRecord = (sensor: SensorRecord): Buffer => {
  if (sensor.kind === 'full') return encodeFull(sensor);
  if (sensor.kind === 'compact') {
    const body = Buffer.alloc(31);
    putIdentity(body, sensor, 12);
    body[10] = initialization;
    body[11] = autoRearm;
    putUnits(body, 20, noAnalogReading, sensor.units);
    putSharing(body, 23, sensor.sharing);
    return withHeader(sensor.recordId, recordTypes.compact, body, sensor.name);
  }
  const body = Buffer.alloc(16);
  putIdentity(body, sensor, 10);
  putSharing(body, 12, sensor.sharing);
  return withHeader(sensor.recordId, recordTypes.eventOnly, body, sensor.name);
};

/** The record of a device in bytes: only its name, and the BMC as where it is to be found. */
export const encodeLocatorRecord = ({ kind, recordId, name }: LocatorRecord): Buffer => {
  const body = Buffer.alloc(15);
  body[5] = 0x20;
  return withHeader(recordId, recordTypes[kind], body, name);
};
