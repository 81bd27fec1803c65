import type { SensorUnits } from '../tables/units.ts';
import type { AnalogFormat } from './conversion.ts';

/** Record types of a sensor data repository that are read, IPMI 2.0 section 43. */
export const recordTypes = {
  full: 0x01,
  compact: 0x02,
  eventOnly: 0x03,
  fruLocator: 0x11,
  controllerLocator: 0x12,
} as const;

/** The six thresholds in the order in which Get Sensor Thresholds and its masks have them (section 35.9). */
export const thresholdNames = [
  'lowerNonCritical',
  'lowerCritical',
  'lowerNonRecoverable',
  'upperNonCritical',
  'upperCritical',
  'upperNonRecoverable',
] as const;
export type ThresholdName = (typeof thresholdNames)[number];

/** Raw thresholds; those that a sensor does not have are missing. */
export type RawThresholds = { readonly [Name in ThresholdName]?: number };

/** What every sensor's record tells. */
export interface SensorIdentity {
  readonly recordId: number;
  /** Who owns it: 20h is the BMC, odd numbers are system software. */
  readonly owner: number;
  /** Channel in bits 7-4, LUN in bits 1-0. */
  readonly ownerLun: number;
  readonly number: number;
  readonly entityId: number;
  readonly entityInstance: number;
  /** Table 42-3. */
  readonly sensorType: number;
  /** 01h thresholds, 02h-0Ch generic states, 6Fh states of the sensor type. */
  readonly eventType: number;
  readonly name: string;
}

/** How many sensors in a row one record stands for (table 43-2 bytes 24 and 25). */
export interface RecordSharing {
  /** 1 where the record is not shared; at most 15. */
  readonly count: number;
  /** How the number behind the name is written. */
  readonly suffix: 'numeric' | 'alpha';
  /** The number behind the first one's name. */
  readonly suffixOffset: number;
  readonly entityIncrements: boolean;
}

/** Where a sensor's thresholds are to be had (table 43-1 byte 12 bits 3-2). */
export const thresholdAccesses = ['none', 'readable', 'settable', 'fixed'] as const;
export type ThresholdAccess = (typeof thresholdAccesses)[number];

export interface FullSensor extends SensorIdentity {
  readonly kind: 'full';
  readonly units: SensorUnits;
  /** Undefined where the sensor returns no analog reading. */
  readonly analog: AnalogFormat | undefined;
  readonly thresholdAccess: ThresholdAccess;
  /** As they are after a start; Get Sensor Thresholds has those in force. */
  readonly thresholds: RawThresholds;
}

export interface CompactSensor extends SensorIdentity {
  readonly kind: 'compact';
  readonly units: SensorUnits;
  readonly sharing: RecordSharing;
}

export interface EventOnlySensor extends SensorIdentity {
  readonly kind: 'eventOnly';
  readonly sharing: RecordSharing;
}

/** A device that has a name and no reading. */
export interface LocatorRecord {
  readonly kind: 'fruLocator' | 'controllerLocator';
  readonly recordId: number;
  readonly name: string;
}

export interface OtherRecord {
  readonly kind: 'other';
  readonly recordId: number;
  readonly recordType: number;
}

export type SensorRecord = FullSensor | CompactSensor | EventOnlySensor;
export type SdrRecord = SensorRecord | LocatorRecord | OtherRecord;

/** Offsets within a record, from its first byte; what stands where is the same in all records of sensors. */
export const headerLength = 5;
export const firstByte = {
  recordType: 3,
  bodyLength: 4,
  owner: 5,
  ownerLun: 6,
  number: 7,
  entityId: 8,
  entityInstance: 9,
} as const;
