/** What a BMC tells of its sensors and of its event log, in the words that people and programs get. */

/** How far a reading is from what is normal; `unknown` where the BMC gives a value and no comparison. */
export type ThresholdState = 'ok' | 'nonCritical' | 'critical' | 'nonRecoverable' | 'unknown';

export interface Thresholds {
  readonly lowerNonRecoverable?: number;
  readonly lowerCritical?: number;
  readonly lowerNonCritical?: number;
  readonly upperNonCritical?: number;
  readonly upperCritical?: number;
  readonly upperNonRecoverable?: number;
}

/** Why a sensor has no reading now. A sensor without one is unknown, never 0. */
export type NoReading =
  /** The sensor says so itself, as a fan's does while the server is off. */
  | 'unavailable'
  | 'scanningDisabled'
  /** The BMC has no such sensor, though its repository names it. */
  | 'notPresent'
  /** Another controller owns it; it was not asked. */
  | 'elsewhere'
  /** The BMC answered the question with another no. */
  | 'rejected';

interface SensorHead {
  readonly name: string;
  readonly number: number;
  /** The sensor type in words, IPMI 2.0 table 42-3. */
  readonly type: string;
}

export interface ThresholdReading extends SensorHead {
  readonly kind: 'threshold';
  /** Missing where the sensor only compares. */
  readonly value?: number;
  readonly unit: string;
  readonly state: ThresholdState;
  /** On which side it is beyond its thresholds. */
  readonly side?: 'lower' | 'upper';
  readonly thresholds: Thresholds;
}

export interface DiscreteReading extends SensorHead {
  readonly kind: 'discrete';
  /** The states that hold now, in words. */
  readonly states: readonly string[];
}

export interface UnknownReading extends SensorHead {
  readonly kind: 'unknown';
  readonly why: NoReading;
}

export type SensorReading = ThresholdReading | DiscreteReading | UnknownReading;

interface EntryHead {
  readonly id: number;
  /** ISO 8601 UTC; missing where the BMC's clock was not set, or the entry has no time. */
  readonly at?: string;
  /** Seconds since the BMC started, where its clock was not set. */
  readonly sinceStartSeconds?: number;
}

export interface LoggedEvent extends EntryHead {
  readonly kind: 'event';
  /** `bmc`, `controller 2Ch`, `software 41h`. */
  readonly source: string;
  readonly sensorType: string;
  readonly sensorNumber: number;
  /** The sensor's name, where the repository has it. */
  readonly sensor?: string;
  /** What happened, in words. */
  readonly event: string;
  /** False where the state came to its end. */
  readonly asserted: boolean;
  /** What was read, and the threshold it crossed, in the sensor's unit. */
  readonly reading?: number;
  readonly threshold?: number;
  readonly unit?: string;
  /** Event data 1 to 3 in hex. */
  readonly data: string;
}

/** An entry that only the BMC's maker can read. */
export interface OpaqueEntry extends EntryHead {
  readonly kind: 'oem' | 'reserved';
  readonly recordType: number;
  /** IANA enterprise number. */
  readonly manufacturer?: number;
  /** In hex. */
  readonly data: string;
}

export type EventLogEntry = LoggedEvent | OpaqueEntry;

export interface EventLogReading {
  /** How many entries the BMC says that it holds. */
  readonly total: number;
  /** Events were lost because the log was full. */
  readonly overflow: boolean;
  /** Oldest first, in the order of the log; the last ones where fewer than all were asked for. */
  readonly entries: readonly EventLogEntry[];
}
