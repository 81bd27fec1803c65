import { encodeSystemEvent } from '../../bmc/ipmi/sel-record.ts';
import { eventTypes } from '../../bmc/ipmi/tables/event-words.ts';

const { sensorSpecific, threshold } = eventTypes;

type Entry = readonly [
  seconds: number,
  sensorType: number,
  sensorNumber: number,
  eventType: number,
  asserted: boolean,
  data: readonly [number, number, number],
];

const noData = 0xff;
const start = Date.UTC(2026, 0, 1) / 1000;
/** Trigger reading in byte 2, threshold in byte 3 (table 29-6). */
const withReading = 0x50;

/** What happened to the server of the default sensors; the first entries are from before its clock was set. */
const entries: readonly Entry[] = [
  [4, 16, 14, sensorSpecific, true, [2, noData, noData]],
  [9, 8, 8, sensorSpecific, true, [0, noData, noData]],
  [start, 29, 0, sensorSpecific, true, [0, noData, noData]],
  [start + 60, 1, 2, threshold, true, [withReading | 7, 86, 85]],
  [start + 90, 1, 2, threshold, false, [withReading | 7, 83, 85]],
  [start + 120, 4, 4, threshold, true, [withReading | 2, 5, 6]],
  [start + 180, 8, 9, sensorSpecific, true, [3, noData, noData]],
  [start + 181, 8, 10, 0x0b, true, [1, noData, noData]],
  [start + 240, 35, 11, sensorSpecific, true, [1, noData, noData]],
  [start + 300, 5, 12, sensorSpecific, true, [0, noData, noData]],
];

const bmc = 0x20;

/** A record of the BMC's maker with a time of its own, and one without. */
const oemRecords = (firstId: number): Buffer[] => {
  const timed = Buffer.from('0000c00000000057010001020304050600', 'hex').subarray(0, 16);
  timed.writeUInt16LE(firstId, 0);
  timed.writeUInt32LE(start + 360, 3);
  const bare = Buffer.from('0000e00102030405060708090a0b0c0d', 'hex');
  bare.writeUInt16LE(firstId + 1, 0);
  return [timed, bare];
};

/** The System Event Log that a simulated BMC starts with, in records of 16 bytes; ids leave gaps, as real ones do. */
export const defaultEventLog: readonly Buffer[] = [
  ...entries.map(([seconds, sensorType, sensorNumber, eventType, asserted, data], index) =>
    encodeSystemEvent({
      ...{ id: index + 1, seconds, generator: bmc, sensorType, sensorNumber, eventType, asserted },
      data: Buffer.from(data),
    }),
  ),
  ...oemRecords(entries.length + 2),
];
