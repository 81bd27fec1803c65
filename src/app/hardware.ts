import { bmcDrivers } from '../bmc/drivers/index.ts';
import { type LastKnown, reportingBmc } from '../bmc/reporting.ts';
import type { Config } from '../config/load.ts';
import type { Clock } from '../core/clock.ts';
import { CodedError } from '../core/errors.ts';
import type { BmcPort, BmcReadings, BmcSession, JudgeGuid } from '../core/ports.ts';
import type { NewEvent } from '../events/catalogue.ts';

export interface HardwareDeps {
  readonly clock: Clock;
  readonly lastKnown: (server: string) => LastKnown;
  readonly judge: (server: string) => JudgeGuid;
  readonly report: (event: NewEvent) => Promise<void>;
}

/** The devices of one configuration, by the name of the server they belong to. */
export interface Hardware {
  bmcOf(server: string): BmcPort | undefined;
  /** Closes each device as soon as nobody uses it any more: for devices that a reload replaced. */
  retire(): Promise<void>;
  /** Closes everything now. */
  close(): Promise<void>;
}

/** A BMC that knows whether it is in use. */
interface CountedBmc extends BmcPort {
  retire(): Promise<void>;
}

const countUse = (port: BmcPort): CountedBmc => {
  const { acknowledgePet } = port;
  let users = 0;
  let onIdle = (): void => {};
  const release = () => {
    users -= 1;
    if (users === 0) onIdle();
  };
  const inUse = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    users += 1;
    try {
      return await work();
    } finally {
      release();
    }
  };
  const countedReadings = (readings: BmcReadings): BmcReadings => ({
    sensors: (...asked) => inUse(() => readings.sensors(...asked)),
    eventLog: (...asked) => inUse(() => readings.eventLog(...asked)),
  });
  const counted = (session: BmcSession): BmcSession => {
    let open = true;
    return {
      ...session,
      async close() {
        await session.close();
        if (open) release();
        open = false;
      },
    };
  };
  return {
    async open(limits) {
      users += 1;
      try {
        return counted(await port.open(limits));
      } catch (error) {
        release();
        throw error;
      }
    },
    examine: (limits, judge) => inUse(() => port.examine(limits, judge)),
    ...(port.readings && { readings: countedReadings(port.readings) }),
    ...(acknowledgePet && { acknowledgePet: (...asked) => inUse(() => acknowledgePet(...asked)) }),
    close: () => port.close(),
    // A job may come back to a BMC that was idle between two tries, so it is closed every time.
    retire: () =>
      new Promise((resolve) => {
        onIdle = () => void port.close().then(resolve);
        if (users === 0) onIdle();
      }),
  };
};

/** Builds the concrete driver of every configured device: the one place that knows them. */
export const buildHardware = (servers: Config['servers'], deps: HardwareDeps): Hardware => {
  const bmcs = new Map<string, CountedBmc>();
  for (const [server, { bmc }] of Object.entries(servers)) {
    if (!bmc) continue;
    const driver = bmcDrivers[bmc.driver];
    if (!driver)
      throw new CodedError('config.invalid', `the BMC of ${server} wants the unknown driver ${bmc.driver}`);
    const lastKnown = () => deps.lastKnown(server);
    const port = driver.build(bmc, deps.clock);
    const { clock, report } = deps;
    const judge = deps.judge(server);
    bmcs.set(server, countUse(reportingBmc(port, { clock, server, lastKnown, judge, report })));
  }
  return {
    bmcOf: (server) => bmcs.get(server),
    async retire() {
      await Promise.all([...bmcs.values()].map((bmc) => bmc.retire()));
    },
    async close() {
      await Promise.all([...bmcs.values()].map((bmc) => bmc.close()));
    },
  };
};
