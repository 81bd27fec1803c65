import { bmcDrivers } from '../bmc/drivers/index.ts';
import { type LastKnown, reportingBmc } from '../bmc/reporting.ts';
import type { Config } from '../config/load.ts';
import type { Clock } from '../core/clock.ts';
import { CodedError } from '../core/errors.ts';
import type { BmcPort } from '../core/ports.ts';
import type { NewEvent } from '../events/catalogue.ts';

export interface HardwareDeps {
  readonly clock: Clock;
  readonly lastKnown: (server: string) => LastKnown;
  readonly report: (event: NewEvent) => void;
}

/** The devices of one configuration, by the name of the server they belong to. */
export interface Hardware {
  bmcOf(server: string): BmcPort | undefined;
  close(): Promise<void>;
}

/** Builds the concrete driver of every configured device: the one place that knows them. */
export const buildHardware = (servers: Config['servers'], deps: HardwareDeps): Hardware => {
  const bmcs = new Map<string, BmcPort>();
  for (const [server, { bmc }] of Object.entries(servers)) {
    if (!bmc) continue;
    const driver = bmcDrivers[bmc.driver];
    if (!driver)
      throw new CodedError('config.invalid', `the BMC of ${server} wants the unknown driver ${bmc.driver}`);
    const lastKnown = () => deps.lastKnown(server);
    bmcs.set(server, reportingBmc(driver.build(bmc, deps.clock), { server, lastKnown, report: deps.report }));
  }
  return {
    bmcOf: (server) => bmcs.get(server),
    async close() {
      await Promise.all([...bmcs.values()].map((bmc) => bmc.close()));
    },
  };
};
