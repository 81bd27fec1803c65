import type { BmcConfig, DriverSpec } from '../../config/driver.ts';
import type { Clock } from '../../core/clock.ts';
import type { BmcPort } from '../../core/ports.ts';

/** A way to speak to BMCs: what it wants from the configuration, and how to build one. */
export interface BmcDriver {
  readonly spec: DriverSpec;
  build(bmc: BmcConfig, clock: Clock): BmcPort;
}
