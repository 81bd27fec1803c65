import { CodedError } from '../../core/errors.ts';
import type { Ask } from '../checks/ask.ts';
import { completionCodeOf } from '../client/failures.ts';
import {
  firstSelEntryId,
  getSelEntry,
  lastSelEntryId,
  type SelEntry,
} from '../ipmi/commands/get-sel-entry.ts';
import { getSelInfo, type SelInfo } from '../ipmi/commands/get-sel-info.ts';
import { completionCodes } from '../ipmi/completion-codes.ts';
import { decodeSelRecord, type SelRecord } from '../ipmi/sel-record.ts';

/** How often a log is read from its beginning again because an entry vanished: somebody cleared it. */
const mostAttempts = 3;

/** One entry, or undefined where it is not there (any more). */
const readEntry = async (ask: Ask, id: number): Promise<SelEntry | undefined> => {
  try {
    return await ask(getSelEntry, id);
  } catch (error) {
    if (completionCodeOf(error) === completionCodes.notPresent) return undefined;
    throw error;
  }
};

/**
 * The records from `id` to the end, of which the last `keep` are kept; the number of ids bounds the walk.
 * Undefined where an entry on the way is missing.
 */
const walkFrom = async (
  ask: Ask,
  address: string,
  id: number,
  keep: number,
): Promise<readonly Buffer[] | undefined> => {
  const records: Buffer[] = [];
  const seen = new Set<number>();
  for (let next = id; next !== lastSelEntryId; ) {
    if (seen.has(next)) throw new CodedError('bmc.protocol', `the event log of ${address} forms a ring`);
    seen.add(next);
    const entry = await readEntry(ask, next);
    if (!entry) return undefined;
    records.push(entry.record);
    if (records.length > keep) records.shift();
    next = entry.nextId;
  }
  return records;
};

/**
 * The last entries without reading all before them. Ids need not be in a row (section 31.5), so what this finds
 * counts only where it is enough; else the log is read from its beginning.
 */
const walkTail = async (ask: Ask, address: string, keep: number): Promise<readonly Buffer[] | undefined> => {
  const last = await readEntry(ask, lastSelEntryId);
  if (!last) return undefined;
  const guess = last.record.readUInt16LE(0) - keep + 1;
  if (guess <= firstSelEntryId) return undefined;
  const found = await walkFrom(ask, address, guess, keep);
  return found?.length === keep ? found : undefined;
};

const walkLog = async (
  ask: Ask,
  address: string,
  entries: number,
  keep: number,
): Promise<readonly Buffer[]> => {
  const tail = keep < entries ? await walkTail(ask, address, keep) : undefined;
  if (tail) return tail;
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const records = await walkFrom(ask, address, firstSelEntryId, keep);
    if (records) return records;
    const { entries: left } = await ask(getSelInfo, undefined);
    if (left === 0) return [];
  }
  throw new CodedError('bmc.protocol', `the event log of ${address} changes faster than it can be read`);
};

/** The last `keep` records of the event log, oldest first, and what the BMC says of the log. */
export const readEventLog = async (
  ask: Ask,
  address: string,
  keep: number,
): Promise<{ readonly info: SelInfo; readonly records: readonly SelRecord[] }> => {
  const info = await ask(getSelInfo, undefined);
  const raw = info.entries === 0 ? [] : await walkLog(ask, address, info.entries, keep);
  const records = raw.flatMap((bytes) => {
    const record = decodeSelRecord(bytes);
    return record.ok ? [record.value] : [];
  });
  return { info, records };
};
