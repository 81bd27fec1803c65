import type { EventLogResult, SensorsResult } from '../bridge/engine/services.ts';
import { type Clock, isoNow } from '../core/clock.ts';
import { deadlineIn } from '../core/deadline.ts';
import { CodedError } from '../core/errors.ts';
import type { BmcPort, BmcReadings, CallLimits } from '../core/ports.ts';
import type { Identities } from '../fence/identity.ts';
import { judgeFor } from './doctor.ts';

export interface ReadingDeps {
  readonly clock: Clock;
  readonly bmc: BmcPort | undefined;
  readonly identities: Identities;
}

/** A repository of some hundred records takes a slow BMC about half a minute; a log of thousands no longer. */
const limitMs = 60_000;

const readingsOf = ({ bmc }: ReadingDeps, server: string): BmcReadings => {
  if (!bmc) throw new CodedError('fence.noBmc', `the configuration gives ${server} no BMC`);
  if (bmc.readings) return bmc.readings;
  throw new CodedError(
    'readings.unsupported',
    `the BMC of ${server} is spoken to by a program, which is asked for neither sensors nor the event log`,
  );
};

const limitsFor = ({ clock }: ReadingDeps): CallLimits => ({
  deadline: deadlineIn(clock, limitMs),
  priority: 'operator',
});

/** Every sensor of a server now. Takes up to 60 s; throws a CodedError with a `bmc.*` code or `fence.noBmc`. */
export const readServerSensors = async (deps: ReadingDeps, server: string): Promise<SensorsResult> => {
  const readings = readingsOf(deps, server);
  const sensors = await readings.sensors(limitsFor(deps), judgeFor(deps.identities, server));
  return { server, at: isoNow(deps.clock), sensors };
};

/** The last entries of a server's event log. Takes up to 60 s; throws as {@link readServerSensors} does. */
export const readServerEventLog = async (
  deps: ReadingDeps,
  server: string,
  last: number,
): Promise<EventLogResult> => {
  const readings = readingsOf(deps, server);
  const log = await readings.eventLog(limitsFor(deps), judgeFor(deps.identities, server), last);
  return { server, at: isoNow(deps.clock), ...log };
};
