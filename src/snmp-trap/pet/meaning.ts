import { eventTypes, type PlatformEvent } from '../../bmc/ipmi/tables/event-words.ts';
import type { Severity } from '../../core/severity.ts';
import { type PetLevel, stateTableOf } from './conditions.ts';
import type { PetSeverity } from './record.ts';

/**
 * What a PET says: a lasting condition of a sensor begins, conditions of it end, or something is told that neither
 * begins nor ends anything. `level` is the trap's own where it gives one, else what the offset stands for.
 */
export type PetMeaning = { readonly level: PetLevel | 'information' | 'ok' } & (
  | { readonly transition: 'begins'; readonly condition: string; readonly alsoEnds: readonly string[] }
  | { readonly transition: 'ends'; readonly conditions: readonly [string, ...string[]] }
  | { readonly transition: 'tells' }
);

/** Without the severity byte. */
type Reading =
  | { readonly begins: string; readonly level: PetLevel; readonly others: readonly string[] }
  | { readonly ends: readonly [string, ...string[]] }
  | undefined;

const thresholds = [
  ['lowerNonCritical', 'nonCritical'],
  ['lowerCritical', 'critical'],
  ['lowerNonRecoverable', 'nonRecoverable'],
  ['upperNonCritical', 'nonCritical'],
  ['upperCritical', 'critical'],
  ['upperNonRecoverable', 'nonRecoverable'],
] as const;

/** Offsets come in pairs of going low and going high; below a lower threshold is as bad as above an upper one. */
const readThreshold = ({ offset, asserted }: PlatformEvent): Reading => {
  const threshold = thresholds[offset >> 1];
  if (!threshold) return undefined;
  const [name, level] = threshold;
  const goingLow = offset % 2 === 0;
  const towardsTrouble = goingLow === name.startsWith('lower');
  if (towardsTrouble) return asserted ? { begins: name, level, others: [] } : { ends: [name] };
  return asserted ? { ends: [name] } : undefined;
};

/** A transition to a state from a more severe one ends that one: these offsets of event type 07h say so. */
const fromMoreSevere: Readonly<Record<number, readonly string[]>> = {
  4: ['critical', 'nonRecoverable'],
  5: ['nonRecoverable'],
};
const severityStates = 0x07;

const readState = (event: PlatformEvent): Reading => {
  const table = stateTableOf(event.sensorType, event.eventType);
  const bad = table?.bad[event.offset];
  if (!table) return undefined;
  if (bad && !event.asserted) return { ends: [bad.name] };
  if (bad) {
    const others = event.eventType === severityStates ? (fromMoreSevere[event.offset] ?? []) : [];
    return { begins: bad.name, level: bad.level, others };
  }
  const [first, ...rest] = new Set(Object.values(table.bad).map(({ name }) => name));
  if (first === undefined || !table.good.includes(event.offset)) return undefined;
  if (event.asserted) return { ends: [first, ...rest] };
  // The good one of two states is over, so the other one holds; of more than two it is not known which.
  const only = rest.length === 0 ? Object.values(table.bad)[0] : undefined;
  return only && { begins: only.name, level: only.level, others: [] };
};

const levelGiven = (severity: PetSeverity | undefined): PetMeaning['level'] | undefined =>
  severity === 'unspecified' || severity === 'monitor' ? undefined : severity;

/**
 * What a PET means. A condition ends by the deassertion bit, by the other state of a pair (02 03 00 after 02 03 01),
 * by a crossing in the other direction, or by severity *OK*. A beginning that its sender calls information is only
 * told: it raises no alarm, and ends none either.
 */
export const petMeaning = (event: PlatformEvent, severity?: PetSeverity): PetMeaning => {
  const read = event.eventType === eventTypes.threshold ? readThreshold(event) : readState(event);
  const given = levelGiven(severity);
  if (!read) return { transition: 'tells', level: given ?? 'information' };
  if ('ends' in read) return { transition: 'ends', conditions: read.ends, level: 'ok' };
  if (given === 'ok') return { transition: 'ends', conditions: [read.begins], level: 'ok' };
  if (given === 'information') return { transition: 'tells', level: given };
  return {
    transition: 'begins',
    condition: read.begins,
    alsoEnds: read.others,
    level: given ?? read.level,
  };
};

/** The severity of the event: what begins is as bad as its level, what ends is worth a notice. */
export const petSeverityOf = ({ transition, level }: PetMeaning): Severity => {
  if (transition === 'ends') return 'notice';
  if (level === 'information' || level === 'ok') return 'info';
  return level === 'nonCritical' ? 'warning' : 'critical';
};
