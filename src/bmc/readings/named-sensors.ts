import type { RecordSharing, SdrRecord, SensorRecord } from '../ipmi/sdr/record.ts';

const alphaBase = 26;

const suffixText = ({ suffix }: RecordSharing, value: number): string => {
  if (suffix === 'numeric') return String(value);
  const letter = (index: number) => String.fromCharCode(65 + index);
  const low = letter(value % alphaBase);
  return value < alphaBase ? low : letter(Math.floor(value / alphaBase) - 1) + low;
};

/** The sensors that one shared record stands for (IPMI 2.0 table 43-2 bytes 24 and 25), at most 15. */
const expand = (record: SensorRecord): SensorRecord[] => {
  if (record.kind === 'full' || record.sharing.count === 1) return [record];
  const { sharing } = record;
  return Array.from({ length: sharing.count }, (_none, index) => ({
    ...record,
    number: (record.number + index) & 0xff,
    name: `${record.name}${suffixText(sharing, sharing.suffixOffset + index)}`,
    ...(sharing.entityIncrements && { entityInstance: (record.entityInstance + index) & 0xff }),
  }));
};

/** Every sensor of a repository by itself; names of devices and records of makers are passed over. */
export const sensorsOf = (records: readonly SdrRecord[]): readonly SensorRecord[] =>
  records.flatMap((record) =>
    record.kind === 'full' || record.kind === 'compact' || record.kind === 'eventOnly' ? expand(record) : [],
  );
