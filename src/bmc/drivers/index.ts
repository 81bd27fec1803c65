import { type BmcConfig, type DriverSpec, optionsOf } from '../../config/driver.ts';
import type { Clock } from '../../core/clock.ts';
import { CodedError } from '../../core/errors.ts';
import type { BmcPort } from '../../core/ports.ts';
import { createNativeBmc } from './native.ts';
import { type NativeOptions, nativeOptions } from './native-options.ts';

/** A way to speak to BMCs: what it wants from the configuration, and how to build one. */
export interface BmcDriver {
  readonly spec: DriverSpec;
  build(bmc: BmcConfig, clock: Clock): BmcPort;
}

const longestPassword = 20;

const nativeSpec: DriverSpec<NativeOptions> = {
  name: 'native',
  options: nativeOptions,
  secrets: {
    password: {
      required: true,
      maxBytes: longestPassword,
      describe: 'Password of the BMC user, at most 20 bytes.',
    },
    kg: {
      required: false,
      maxBytes: longestPassword,
      hex: true,
      describe: 'The BMC key (K_g) where the BMC has one set, at most 20 bytes.',
    },
  },
};

const native: BmcDriver = {
  spec: nativeSpec,
  build(bmc, clock) {
    const { password, kg } = bmc.secrets;
    if (!password) throw new CodedError('config.invalid', `the ${bmc.model} BMC has no password`);
    return createNativeBmc(optionsOf(nativeSpec, bmc), { clock, password, kg });
  },
};

/** Every BMC driver, by the name that device definitions use. */
export const bmcDrivers: Readonly<Record<string, BmcDriver>> = { native };
