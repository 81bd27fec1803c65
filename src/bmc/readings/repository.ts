import { CodedError } from '../../core/errors.ts';
import type { Ask } from '../checks/ask.ts';
import { completionCodeOf } from '../client/failures.ts';
import { firstRecordId, getSdr, lastRecordId, type SdrPart } from '../ipmi/commands/get-sdr.ts';
import { getSdrRepositoryInfo } from '../ipmi/commands/get-sdr-repository-info.ts';
import { reserveSdrRepository } from '../ipmi/commands/reserve-sdr-repository.ts';
import { completionCodes } from '../ipmi/completion-codes.ts';
import { decodeSdrRecord } from '../ipmi/sdr/decode-record.ts';
import { firstByte, headerLength, type SdrRecord } from '../ipmi/sdr/record.ts';

/** More records than any server has sensors; a BMC that goes on telling of others is not believed. */
const mostRecords = 2048;
/** How often a lost reservation is taken anew within one walk. */
const mostReservations = 8;
/** Sizes of partial reads: the next smaller one for BMCs that cannot return so much at once. */
const chunkSizes = [64, 32, 16, 8] as const;

interface Walk {
  readonly ask: Ask;
  readonly address: string;
  reservation: number;
  reservations: number;
  chunk: number;
}

const reserve = async (walk: Walk): Promise<void> => {
  walk.reservations += 1;
  walk.reservation = await walk.ask(reserveSdrRepository, undefined);
};

const smallerChunk = (size: number): number | undefined => chunkSizes.find((next) => next < size);

/** One partial read, in smaller parts where the BMC says that it was too much. */
const readPart = async (walk: Walk, recordId: number, offset: number, wanted: number): Promise<SdrPart> => {
  for (;;) {
    const count = Math.min(wanted, walk.chunk);
    try {
      return await walk.ask(getSdr, { reservation: walk.reservation, recordId, offset, count });
    } catch (error) {
      const smaller = smallerChunk(walk.chunk);
      if (completionCodeOf(error) !== completionCodes.tooManyBytes || smaller === undefined) throw error;
      walk.chunk = smaller;
    }
  }
};

const readRecord = async (walk: Walk, recordId: number): Promise<SdrPart> => {
  const head = await readPart(walk, recordId, 0, headerLength);
  if (head.data.length < headerLength) throw shortRecord(walk, recordId);
  const length = headerLength + (head.data[firstByte.bodyLength] as number);
  const parts = [head.data.subarray(0, headerLength)];
  for (let at = headerLength; at < length; ) {
    const { data } = await readPart(walk, recordId, at, length - at);
    if (data.length === 0) throw shortRecord(walk, recordId);
    const part = data.subarray(0, length - at);
    parts.push(part);
    at += part.length;
  }
  return { nextRecordId: head.nextRecordId, data: Buffer.concat(parts) };
};

const shortRecord = ({ address }: Walk, recordId: number): CodedError =>
  new CodedError('bmc.protocol', `${address} ends the sensor record ${recordId} before its length`);

/** A whole record, begun anew where the repository changed meanwhile. */
const readSteadily = async (walk: Walk, recordId: number): Promise<SdrPart> => {
  for (;;) {
    try {
      return await readRecord(walk, recordId);
    } catch (error) {
      const lost = completionCodeOf(error) === completionCodes.reservationCancelled;
      if (!lost || walk.reservations >= mostReservations) throw error;
      await reserve(walk);
    }
  }
};

/**
 * All records of the BMC's sensor data repository in their order (section 33), read in parts. A record that cannot be
 * decoded is left out. Throws a CodedError with a `bmc.*` code, `bmc.protocol` where the records form a ring.
 */
const readRepository = async (ask: Ask, address: string): Promise<readonly SdrRecord[]> => {
  const walk: Walk = { ask, address, reservation: 0, reservations: 0, chunk: chunkSizes[0] };
  await reserve(walk);
  const records: SdrRecord[] = [];
  const seen = new Set<number>();
  for (let id = firstRecordId; id !== lastRecordId; ) {
    if (seen.has(id)) throw new CodedError('bmc.protocol', `the sensor records of ${address} form a ring`);
    if (seen.size === mostRecords) {
      throw new CodedError('bmc.protocol', `${address} tells of more than ${mostRecords} sensor records`);
    }
    seen.add(id);
    const { nextRecordId, data } = await readSteadily(walk, id);
    const record = decodeSdrRecord(data);
    if (record.ok) records.push(record.value);
    id = nextRecordId;
  }
  return records;
};

/** The sensor data repository of one BMC, read again only when it has changed. */
export interface Repository {
  /** `identity` tells BMCs apart that stand at the same address one after the other. */
  read(ask: Ask, address: string, identity: string | undefined): Promise<readonly SdrRecord[]>;
}

export const createRepository = (): Repository => {
  let known: { readonly stamp: string; readonly records: readonly SdrRecord[] } | undefined;
  return {
    async read(ask, address, identity) {
      const { records: count, lastAddition, lastErase } = await ask(getSdrRepositoryInfo, undefined);
      if (count === 0) return [];
      const stamp = [identity ?? '', count, lastAddition, lastErase].join(' ');
      if (known?.stamp === stamp) return known.records;
      const records = await readRepository(ask, address);
      known = { stamp, records };
      return records;
    },
  };
};
