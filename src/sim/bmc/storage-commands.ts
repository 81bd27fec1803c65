import { firstRecordId, getSdr, lastRecordId } from '../../bmc/ipmi/commands/get-sdr.ts';
import { getSdrRepositoryInfo } from '../../bmc/ipmi/commands/get-sdr-repository-info.ts';
import { firstSelEntryId, getSelEntry, lastSelEntryId } from '../../bmc/ipmi/commands/get-sel-entry.ts';
import { getSelInfo } from '../../bmc/ipmi/commands/get-sel-info.ts';
import { getSensorReading } from '../../bmc/ipmi/commands/get-sensor-reading.ts';
import { getSensorThresholds } from '../../bmc/ipmi/commands/get-sensor-thresholds.ts';
import { reserveSdrRepository } from '../../bmc/ipmi/commands/reserve-sdr-repository.ts';
import { reserveSel } from '../../bmc/ipmi/commands/reserve-sel.ts';
import { completionCodes } from '../../bmc/ipmi/completion-codes.ts';
import { privilegeLevels } from '../../bmc/ipmi/privilege.ts';
import { type Answer, type Handler, handler } from './command-handler.ts';
import type { SensorBoard } from './sensor-board.ts';

/** What the commands of sensors, their repository and the event log act on. */
export interface StorageDeps {
  readonly sensors: SensorBoard;
  /** Entries of 16 bytes, oldest first. */
  readonly eventLog: readonly Buffer[];
  /** The most bytes of a record that one answer can hold. */
  readonly longestRead: number;
}

const { user } = privilegeLevels;
const freeBytes = 0x1000;

/** The record of an id and the id behind it; the first and the last one have names of their own. */
const locate = (
  records: readonly Buffer[],
  id: number,
  ends: { readonly first: number; readonly last: number },
): { readonly record: Buffer; readonly nextId: number } | undefined => {
  const index =
    id === ends.first
      ? 0
      : id === ends.last
        ? records.length - 1
        : records.findIndex((record) => record.readUInt16LE(0) === id);
  const record = records[index];
  return record && { record, nextId: records[index + 1]?.readUInt16LE(0) ?? ends.last };
};

const orNotPresent = <Value>(value: Value | undefined): Answer<Value> =>
  value === undefined ? { completionCode: completionCodes.notPresent } : { value };

/** Numbers that are never 0, each another one than the last. */
const createReservations = () => {
  let reservation = 0;
  return {
    next: () => {
      reservation = (reservation % 0xffff) + 1;
      return reservation;
    },
    holds: (given: number) => given === reservation && reservation !== 0,
  };
};

const wholeRecord = 0xff;

const repositoryHandlers = ({ sensors, longestRead }: StorageDeps): Handler[] => {
  const { repository } = sensors;
  const reservations = createReservations();
  return [
    handler(getSdrRepositoryInfo, user, () => ({
      value: { records: repository.length, lastAddition: 1, lastErase: 0 },
    })),
    handler(reserveSdrRepository, user, () => ({ value: reservations.next() })),
    handler(getSdr, user, ({ reservation, recordId, offset, count }) => {
      const found = locate(repository, recordId, { first: firstRecordId, last: lastRecordId });
      if (!found) return { completionCode: completionCodes.notPresent };
      if (offset > 0 && !reservations.holds(reservation)) {
        return { completionCode: completionCodes.reservationCancelled };
      }
      const { record, nextId } = found;
      const length = count === wholeRecord ? record.length - offset : count;
      if (length > longestRead) return { completionCode: completionCodes.tooManyBytes };
      return { value: { nextRecordId: nextId, data: record.subarray(offset, offset + length) } };
    }),
  ];
};

const eventLogHandlers = ({ eventLog }: StorageDeps): Handler[] => {
  const reservations = createReservations();
  return [
    handler(getSelInfo, user, () => ({ value: { entries: eventLog.length, freeBytes, overflow: false } })),
    handler(reserveSel, user, () => ({ value: reservations.next() })),
    handler(getSelEntry, user, (id) =>
      orNotPresent(locate(eventLog, id, { first: firstSelEntryId, last: lastSelEntryId })),
    ),
  ];
};

/** The commands by which sensors and event log are read, IPMI 2.0 sections 31, 33 and 35. */
export const storageHandlers = (deps: StorageDeps): Handler[] => [
  ...repositoryHandlers(deps),
  ...eventLogHandlers(deps),
  handler(getSensorReading, user, (sensor) => orNotPresent(deps.sensors.reading(sensor))),
  handler(getSensorThresholds, user, (sensor) => orNotPresent(deps.sensors.thresholds(sensor))),
];
