import { ok } from '../../../core/result.ts';
import { type Decoded, tooShort } from '../decoded.ts';
import type { SensorUnits } from '../tables/units.ts';
import { type AnalogFormat, decodeFactors } from './conversion.ts';
import { decodeIdString } from './id-string.ts';
import {
  type FullSensor,
  firstByte,
  headerLength,
  type RawThresholds,
  type RecordSharing,
  recordTypes,
  type SdrRecord,
  type SensorIdentity,
  type ThresholdAccess,
  thresholdAccesses,
  thresholdNames,
} from './record.ts';

const eventTypeMask = 0x7f;

/** The type and the name of a sensor stand elsewhere in each kind of record. */
const decodeIdentity = (bytes: Buffer, typeAt: number, nameAt: number): SensorIdentity => {
  const byte = (at: number) => bytes[at] ?? 0;
  return {
    recordId: bytes.readUInt16LE(0),
    owner: byte(firstByte.owner),
    ownerLun: byte(firstByte.ownerLun),
    number: byte(firstByte.number),
    entityId: byte(firstByte.entityId),
    entityInstance: byte(firstByte.entityInstance),
    sensorType: byte(typeAt),
    eventType: byte(typeAt + 1) & eventTypeMask,
    name: decodeIdString(bytes, nameAt),
  };
};

const modifierUses = ['none', 'divide', 'multiply', 'none'] as const;

const decodeUnits = (bytes: Buffer, at: number): SensorUnits => {
  const [first = 0, base = 0, modifier = 0] = bytes.subarray(at);
  return {
    percentage: (first & 1) !== 0,
    rate: (first >> 3) & 7,
    modifierUse: modifierUses[(first >> 1) & 3] ?? 'none',
    base,
    modifier,
  };
};

const encodings = ['unsigned', 'onesComplement', 'twosComplement'] as const;

const decodeAnalog = (bytes: Buffer): AnalogFormat | undefined => {
  const encoding = encodings[(bytes[20] as number) >> 6];
  if (!encoding) return undefined;
  return {
    encoding,
    linearization: (bytes[23] as number) & 0x7f,
    factors: decodeFactors(bytes, 24),
  };
};

/** Thresholds stand from here towards the beginning, in the order of {@link thresholdNames}. */
const lowestThreshold = 41;

const decodeThresholds = (bytes: Buffer): RawThresholds => {
  const readable = bytes[18] as number;
  return Object.fromEntries(
    thresholdNames.flatMap((name, bit) =>
      ((readable >> bit) & 1) === 1 ? [[name, bytes[lowestThreshold - bit]]] : [],
    ),
  );
};

const fullLength = 48;
const fullNameAt = 47;

const decodeFull = (bytes: Buffer): Decoded<FullSensor> => {
  if (bytes.length < fullLength) return tooShort;
  const identity = decodeIdentity(bytes, 12, fullNameAt);
  const isThreshold = identity.eventType === 1;
  const access = thresholdAccesses[((bytes[11] as number) >> 2) & 3] as ThresholdAccess;
  return ok({
    kind: 'full',
    ...identity,
    units: decodeUnits(bytes, 20),
    analog: decodeAnalog(bytes),
    thresholdAccess: isThreshold ? access : 'none',
    thresholds: isThreshold && access !== 'none' ? decodeThresholds(bytes) : {},
  });
};

const decodeSharing = (bytes: Buffer, at: number): RecordSharing => {
  const [first = 0, second = 0] = bytes.subarray(at);
  return {
    count: Math.max(1, first & 0x0f),
    suffix: ((first >> 4) & 3) === 1 ? 'alpha' : 'numeric',
    suffixOffset: second & 0x7f,
    entityIncrements: (second & 0x80) !== 0,
  };
};

const compactLength = 32;
const eventOnlyLength = 17;
const locatorNameAt = 15;

/**
 * A whole record of a sensor data repository: full (section 43.1), compact (43.2) and event-only sensors (43.3),
 * the names of FRU (43.8) and management controller locators (43.9), and of all others that they are there.
 */
export const decodeSdrRecord = (bytes: Buffer): Decoded<SdrRecord> => {
  if (bytes.length < headerLength) return tooShort;
  const recordId = bytes.readUInt16LE(0);
  const recordType = bytes[firstByte.recordType] as number;
  switch (recordType) {
    case recordTypes.full:
      return decodeFull(bytes);
    case recordTypes.compact: {
      if (bytes.length < compactLength) return tooShort;
      const identity = decodeIdentity(bytes, 12, 31);
      const sharing = decodeSharing(bytes, 23);
      return ok({ kind: 'compact', ...identity, units: decodeUnits(bytes, 20), sharing });
    }
    case recordTypes.eventOnly: {
      if (bytes.length < eventOnlyLength) return tooShort;
      const identity = decodeIdentity(bytes, 10, 16);
      return ok({ kind: 'eventOnly', ...identity, sharing: decodeSharing(bytes, 12) });
    }
    case recordTypes.fruLocator:
    case recordTypes.controllerLocator: {
      if (bytes.length <= locatorNameAt) return tooShort;
      const kind = recordType === recordTypes.fruLocator ? 'fruLocator' : 'controllerLocator';
      return ok({ kind, recordId, name: decodeIdString(bytes, locatorNameAt) });
    }
    default:
      return ok({ kind: 'other', recordId, recordType });
  }
};
