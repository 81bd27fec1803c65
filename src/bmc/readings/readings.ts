import { CodedError } from '../../core/errors.ts';
import type { BmcReadings, CallLimits, JudgeGuid } from '../../core/ports.ts';
import { type Ask, askIn } from '../checks/ask.ts';
import { type Contact, logIn } from '../client/login.ts';
import { readEventLog } from './event-log.ts';
import { eventLogEntry } from './event-log-words.ts';
import { sensorsOf } from './named-sensors.ts';
import { createRepository } from './repository.ts';
import { readSensors } from './sensors.ts';

/** What a visit to a BMC has at hand. */
interface Visit {
  readonly ask: Ask;
  readonly guid: string | undefined;
}

/**
 * Runs `work` in a session of its own, so that a warm one stays free for a forced stop. The login is not called
 * off: between its last two messages that would leave a session open in the BMC.
 */
const visit = async <Value>(
  contact: Contact,
  limits: CallLimits,
  judge: JudgeGuid,
  work: (visit: Visit) => Promise<Value>,
): Promise<Value> => {
  const { deadline, priority } = limits;
  const { session, guid } = await logIn(contact, { deadline, priority });
  try {
    const judgement = judge(guid);
    if (typeof judgement === 'object') throw new CodedError(judgement.code, judgement.message);
    return await work({ ask: askIn(session, contact.clock, limits), guid });
  } finally {
    await session.close();
  }
};

/** Reads sensors and event log of a BMC that is spoken to natively, one packet in flight. */
export const createReadings = (contact: Contact): BmcReadings => {
  const { address } = contact;
  const repository = createRepository();
  const sensorRecords = async ({ ask, guid }: Visit) => sensorsOf(await repository.read(ask, address, guid));
  return {
    sensors: (limits, judge) =>
      visit(contact, limits, judge, async (at) => readSensors(at.ask, await sensorRecords(at))),
    eventLog: (limits, judge, last) =>
      visit(contact, limits, judge, async (at) => {
        const { info, records } = await readEventLog(at.ask, address, last);
        const sensors = records.some(({ kind }) => kind === 'event') ? await sensorRecords(at) : [];
        const entries = records.map((record) => eventLogEntry(record, sensors));
        return { total: info.entries, overflow: info.overflow, entries };
      }),
  };
};
