import { type DriverSpec, optionsOf } from '../../config/driver.ts';
import { CodedError } from '../../core/errors.ts';
import { command } from './command-driver.ts';
import type { BmcDriver } from './driver.ts';
import { createNativeBmc } from './native.ts';
import { type NativeOptions, nativeOptions } from './native-options.ts';

export type { BmcDriver } from './driver.ts';

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
export const bmcDrivers: Readonly<Record<string, BmcDriver>> = { native, command };
