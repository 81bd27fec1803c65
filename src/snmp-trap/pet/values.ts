import { type PlatformEvent, stateWords } from '../../bmc/ipmi/tables/event-words.ts';
import { hexText, sensorTypeText } from '../../bmc/ipmi/tables/sensor-types.ts';
import type { TrapNotification } from '../codec/notification.ts';
import type { PlainValue } from '../rules/plain-value.ts';
import type { Values } from '../rules/template.ts';
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

/** A Platform Event Trap before its varbind is read. */
export interface RawPet extends Pick<Pet, 'specific' | 'event'> {
  /** Of its varbind. */
  readonly bytes: Buffer | undefined;
}

const forms = [`${petEnterprise}.0.`, `${petEnterprise}.`];

const specificOf = ({ trapOid, v1 }: TrapNotification): number | undefined => {
  if (v1) return v1.enterprise === petEnterprise && v1.generic === 6 ? v1.specific : undefined;
  const prefix = forms.find((one) => trapOid.startsWith(one));
  const rest = prefix === undefined ? '' : trapOid.slice(prefix.length);
  return /^\d{1,8}$/.test(rest) ? Number(rest) : undefined;
};

/** Whether a notification has the number of a PET, whatever else it holds. */
export const isPet = (notification: TrapNotification): boolean => specificOf(notification) !== undefined;

/** The PET in a notification, or undefined where it is none. Its number alone is enough to classify it. */
export const rawPetOf = (notification: TrapNotification): RawPet | undefined => {
  const specific = specificOf(notification);
  const event = specific === undefined ? undefined : splitSpecificTrap(specific);
  if (specific === undefined || !event) return undefined;
  return { specific, event, bytes: petVarbindOf(notification.varbinds) };
};

export const readPet = ({ specific, event, bytes }: RawPet): Pet => {
  const decoded = bytes && decodePet(bytes);
  const record = decoded?.ok ? decoded.value : undefined;
  return { specific, event, meaning: petMeaning(event, record?.severity), ...(record && { record }) };
};

/** Both steps at once. */
export const petOf = (notification: TrapNotification): Pet | undefined => {
  const raw = rawPetOf(notification);
  return raw && readPet(raw);
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

/** Those that follow from what {@link petStateKey} takes. */
export const petStateValues: ReadonlySet<string> = new Set<PetValueName>([
  ...(['sensorType', 'sensorTypeText', 'eventType', 'offset', 'asserted', 'state', 'specific'] as const),
  ...(['transition', 'condition', 'ended', 'level', 'severity'] as const),
  ...(['sensor', 'sensorDevice', 'sensorNumber', 'entity', 'entityInstance'] as const),
]);

/** Severity, device, sensor, entity and its instance. */
const stateBytes = { from: 26, to: 31 };

/** The same for two PETs of which all {@link petStateValues} are the same. */
export const petStateKey = ({ specific, bytes }: RawPet): string =>
  `${specific} ${bytes?.toString('latin1', stateBytes.from, stateBytes.to) ?? ''}`;

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

type ValueOf = (pet: Pet) => Possible;

/** A value of the varbind, where there is one. */
const ofRecord =
  (value: (record: PetRecord) => Possible): ValueOf =>
  ({ record }) =>
    record && value(record);

const hexOf = (byte: number | undefined): string | undefined =>
  byte === undefined ? undefined : hexText(byte);

/** How each value is had from a PET; what is unspecified is undefined. */
const readers: Readonly<Record<PetValueName, ValueOf>> = {
  sensorType: ({ event }) => event.sensorType,
  sensorTypeText: ({ event }) => sensorTypeText(event.sensorType),
  eventType: ({ event }) => event.eventType,
  offset: ({ event }) => event.offset,
  asserted: ({ event }) => (event.asserted ? 1 : 0),
  state: ({ event }) => stateWords(event),
  transition: ({ meaning }) => meaning.transition,
  condition: ({ meaning }) => (meaning.transition === 'begins' ? meaning.condition : undefined),
  ended: ({ meaning }) => endedBy(meaning),
  level: ({ meaning }) => meaning.level,
  sensor: sensorOf,
  specific: ({ specific }) => specific,
  doubt: doubtOf,
  guid: ofRecord(({ guid }) => guid),
  sequence: ofRecord(({ sequence }) => sequence),
  localTime: ofRecord(({ localSeconds }) =>
    localSeconds === undefined ? undefined : localTimeText(localSeconds),
  ),
  utcOffsetMinutes: ofRecord(({ utcOffsetMinutes }) => utcOffsetMinutes),
  trapSource: ofRecord(({ trapSource }) => hexText(trapSource)),
  eventSource: ofRecord(({ eventSource }) => hexOf(eventSource)),
  severity: ofRecord(({ severity, severityByte }) => severity ?? hexText(severityByte)),
  sensorDevice: ofRecord(({ sensorDevice }) => hexOf(sensorDevice)),
  sensorNumber: ofRecord(({ sensorNumber }) => sensorNumber),
  entity: ofRecord(({ entity }) => entity),
  entityInstance: ofRecord(({ entityInstance }) => entityInstance),
  eventData: ofRecord(({ eventData }) => eventData.toString('hex')),
  language: ofRecord(({ language }) => hexOf(language)),
  manufacturer: ofRecord(({ manufacturer }) => manufacturer),
  systemId: ofRecord(({ systemId }) => systemId),
  oem: ofRecord(({ oem }) => (oem.length > 0 ? oem.toString('hex') : undefined)),
};

const isValueName = (name: string): name is PetValueName => Object.hasOwn(readers, name);

/** What a PET says, by the names that rules use; each is made out when it is asked for. */
export const petValues = (pet: Pet): Values => ({
  get: (name) => (isValueName(name) ? readers[name](pet) : undefined),
});

/** All that a PET says, in the order of {@link petValueNames}; what is unspecified is missing. */
export const petEntries = (pet: Pet): [PetValueName, PlainValue | readonly string[]][] =>
  petValueNames.flatMap((name): [PetValueName, PlainValue | readonly string[]][] => {
    const value = readers[name](pet);
    return value === undefined ? [] : [[name, value]];
  });
