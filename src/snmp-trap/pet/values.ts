import { type PlatformEvent, stateWords } from '../../bmc/ipmi/tables/event-words.ts';
import { hexText, sensorTypeText } from '../../bmc/ipmi/tables/sensor-types.ts';
import type { TrapNotification } from '../codec/notification.ts';
import type { PlainValue } from '../rules/plain-value.ts';
import { type PetMeaning, petMeaning } from './meaning.ts';
import { decodePet, localTimeText, type PetRecord, petVarbindOf } from './record.ts';
import { petEnterprise, splitSpecificTrap } from './specific-trap.ts';

/** A Platform Event Trap: what its number says and, where it has its varbind, the rest. */
export interface Pet {
  readonly specific: number;
  readonly event: PlatformEvent;
  readonly meaning: PetMeaning;
  readonly record?: PetRecord;
}

const specificOf = ({ trapOid, v1 }: TrapNotification): number | undefined => {
  if (v1) return v1.enterprise === petEnterprise && v1.generic === 6 ? v1.specific : undefined;
  const prefix = [`${petEnterprise}.0.`, `${petEnterprise}.`].find((one) => trapOid.startsWith(one));
  const rest = prefix === undefined ? '' : trapOid.slice(prefix.length);
  return /^\d{1,8}$/.test(rest) ? Number(rest) : undefined;
};

/** The PET in a notification, or undefined where it is none. Its number alone is enough to classify it. */
export const petOf = (notification: TrapNotification): Pet | undefined => {
  const specific = specificOf(notification);
  const event = specific === undefined ? undefined : splitSpecificTrap(specific);
  if (specific === undefined || !event) return undefined;
  const bytes = petVarbindOf(notification.varbinds);
  const decoded = bytes && decodePet(bytes);
  const record = decoded?.ok ? decoded.value : undefined;
  return { specific, event, meaning: petMeaning(event, record?.severity), ...(record && { record }) };
};

/** Names of the values that rules of `format: pet` can use. */
export const petValueNames = [
  'sensorType',
  'sensorTypeText',
  'eventType',
  'offset',
  'asserted',
  'state',
  'transition',
  'condition',
  'ended',
  'level',
  'sensor',
  'specific',
  'guid',
  'sequence',
  'localTime',
  'utcOffsetMinutes',
  'trapSource',
  'eventSource',
  'severity',
  'sensorDevice',
  'sensorNumber',
  'entity',
  'entityInstance',
  'eventData',
  'language',
  'manufacturer',
  'systemId',
  'oem',
  'doubt',
] as const;
export type PetValueName = (typeof petValueNames)[number];

/** Which sensor, for keys: a BMC that gives no number is told apart by its entity. */
const sensorOf = ({ record }: Pet): string => {
  if (record?.sensorNumber !== undefined) return String(record.sensorNumber);
  return record?.entity === undefined ? '-' : `entity ${record.entity}.${record.entityInstance ?? 0}`;
};

const endedBy = (meaning: PetMeaning): readonly string[] => {
  if (meaning.transition === 'ends') return meaning.conditions;
  return meaning.transition === 'begins' ? meaning.alsoEnds : [];
};

/** Where trap and varbind do not agree on the offset, the number of the trap counts, and this says so. */
const doubtOf = ({ event, record }: Pet): string | undefined => {
  if (!record) return 'the varbind is missing or too short';
  const offset = record.eventData.readUInt8(0) & 0x0f;
  return offset === event.offset ? undefined : `event data gives offset ${offset}`;
};

type Possible = PlainValue | readonly string[] | undefined;

const recordValues = (record: PetRecord): Partial<Record<PetValueName, Possible>> => ({
  guid: record.guid,
  sequence: record.sequence,
  localTime: record.localSeconds === undefined ? undefined : localTimeText(record.localSeconds),
  utcOffsetMinutes: record.utcOffsetMinutes,
  trapSource: hexText(record.trapSource),
  eventSource: record.eventSource === undefined ? undefined : hexText(record.eventSource),
  severity: record.severity ?? hexText(record.severityByte),
  sensorDevice: record.sensorDevice === undefined ? undefined : hexText(record.sensorDevice),
  sensorNumber: record.sensorNumber,
  entity: record.entity,
  entityInstance: record.entityInstance,
  eventData: record.eventData.toString('hex'),
  language: record.language === undefined ? undefined : hexText(record.language),
  manufacturer: record.manufacturer,
  systemId: record.systemId,
  oem: record.oem.length > 0 ? record.oem.toString('hex') : undefined,
});

/** All that a PET says, by the names that rules use; what is unspecified is missing. */
export const petValues = (pet: Pet): Map<PetValueName, PlainValue | readonly string[]> => {
  const { event, meaning, record } = pet;
  const values: Partial<Record<PetValueName, Possible>> = {
    sensorType: event.sensorType,
    sensorTypeText: sensorTypeText(event.sensorType),
    eventType: event.eventType,
    offset: event.offset,
    asserted: event.asserted ? 1 : 0,
    state: stateWords(event),
    transition: meaning.transition,
    condition: meaning.transition === 'begins' ? meaning.condition : undefined,
    ended: endedBy(meaning),
    level: meaning.level,
    sensor: sensorOf(pet),
    specific: pet.specific,
    doubt: doubtOf(pet),
    ...(record && recordValues(record)),
  };
  const present = Object.entries(values).filter(([, value]) => value !== undefined);
  return new Map(present as [PetValueName, PlainValue | readonly string[]][]);
};
