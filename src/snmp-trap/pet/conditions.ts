import { eventTypes } from '../../bmc/ipmi/tables/event-words.ts';

/** How bad a condition is where the trap itself does not say so. */
export type PetLevel = 'nonCritical' | 'critical' | 'nonRecoverable';

/** A lasting condition that a state belongs to. Several offsets may mean one condition. */
export interface Condition {
  readonly name: string;
  readonly level: PetLevel;
}

/** What the offsets of one event type say about the conditions of a sensor. */
export interface StateTable {
  /** Offsets that begin a condition when asserted and end it when deasserted. */
  readonly bad: Readonly<Record<number, Condition>>;
  /** Offsets that end all these conditions when asserted. */
  readonly good: readonly number[];
}

const condition = (name: string, level: PetLevel): Condition => ({ name, level });

const alike = (offsets: readonly number[], shared: Condition): Record<number, Condition> =>
  Object.fromEntries(offsets.map((offset) => [offset, shared]));

/** Conditions of the generic discrete event types, IPMI 2.0 table 42-2. */
const generic: Readonly<Record<number, StateTable>> = {
  // Dell: specific trap 02 03 01 is a critical voltage, 02 03 00 (not 02 03 81) is its end.
  3: { bad: { 1: condition('state', 'critical') }, good: [0] },
  4: { bad: { 1: condition('predictiveFailure', 'nonCritical') }, good: [0] },
  5: { bad: { 1: condition('limitExceeded', 'nonCritical') }, good: [0] },
  6: { bad: { 1: condition('performanceLags', 'nonCritical') }, good: [0] },
  7: {
    bad: {
      ...alike([1, 4], condition('nonCritical', 'nonCritical')),
      ...alike([2, 5], condition('critical', 'critical')),
      ...alike([3, 6], condition('nonRecoverable', 'nonRecoverable')),
    },
    good: [0],
  },
  8: { bad: { 0: condition('absent', 'nonCritical') }, good: [1] },
  9: { bad: { 0: condition('disabled', 'nonCritical') }, good: [1] },
  10: {
    bad: {
      4: condition('offLine', 'nonCritical'),
      6: condition('degraded', 'nonCritical'),
      8: condition('installError', 'nonCritical'),
    },
    good: [0, 3],
  },
  11: {
    bad: {
      ...alike([1, 3, 4, 5], condition('redundancyLost', 'critical')),
      ...alike([2, 6, 7], condition('redundancyDegraded', 'nonCritical')),
    },
    good: [0],
  },
};

/** Offsets of sensor-specific states that are trouble, by sensor type and level; IPMI 2.0 table 42-3. */
const troubles: Readonly<Record<number, Partial<Record<PetLevel, readonly number[]>>>> = {
  5: { nonCritical: [0, 1, 2, 3, 4, 5, 6] },
  7: { nonCritical: [10, 12], critical: [2, 3, 4, 5, 6, 8], nonRecoverable: [0, 1, 11] },
  8: { nonCritical: [2, 6], critical: [1, 3, 4, 5] },
  9: { nonCritical: [7], critical: [3, 4, 5, 6] },
  12: { nonCritical: [0, 4, 5, 9], critical: [2, 3, 7, 10], nonRecoverable: [1] },
  13: { nonCritical: [2, 8], critical: [1, 5], nonRecoverable: [6] },
  15: { critical: [0], nonRecoverable: [1] },
  19: { nonCritical: [7, 11], critical: [1, 2, 4, 5, 6], nonRecoverable: [8, 9, 10] },
  25: { critical: [0], nonRecoverable: [1] },
  27: { critical: [1] },
  32: { critical: [0, 1] },
  33: { critical: [0] },
  35: { nonCritical: [0], critical: [1, 2, 3] },
  37: { nonCritical: [1] },
  40: { nonCritical: [0, 1, 2, 3, 4, 5] },
  41: { nonCritical: [0], critical: [1] },
};

/** Sensor-specific states whose assertion ends the conditions of the sensor: `entity present` after `entity absent`. */
const goodStates: Readonly<Record<number, readonly number[]>> = { 27: [0], 37: [0] };

const levels = ['nonCritical', 'critical', 'nonRecoverable'] as const;

const specificTable = (sensorType: number): StateTable | undefined => {
  const byLevel = troubles[sensorType];
  if (!byLevel) return undefined;
  const bad = levels.flatMap((level) =>
    (byLevel[level] ?? []).map((offset) => [offset, condition(`state${offset}`, level)] as const),
  );
  return { bad: Object.fromEntries(bad), good: goodStates[sensorType] ?? [] };
};

const specific: ReadonlyMap<number, StateTable | undefined> = new Map(
  Object.keys(troubles).map((type) => [Number(type), specificTable(Number(type))]),
);

/** The table of a discrete event type; undefined for thresholds and for types that tell of no trouble. */
export const stateTableOf = (sensorType: number, eventType: number): StateTable | undefined =>
  eventType === eventTypes.sensorSpecific ? specific.get(sensorType) : generic[eventType];
