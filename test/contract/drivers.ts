import { bmcDrivers } from '../../src/bmc/drivers/index.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import type { BmcPortDriver } from './bmc-port.ts';

/** A driver of the registry, with the options and secrets a configuration would give it. */
const registered = (name: string): BmcPortDriver => ({
  name,
  build({ password, kg, ...options }) {
    const driver = bmcDrivers[name];
    if (!driver) throw new Error(`there is no driver ${name}`);
    const secrets = {
      password: new Secret(password),
      ...(kg === undefined ? {} : { kg: new Secret(kg) }),
    };
    const parsed = driver.spec.options.parse(options);
    return driver.build({ model: 'ipmi', driver: name, options: parsed, secrets }, systemClock);
  },
});

/** Every driver that must keep the contract of the BMC port. */
export const driversUnderTest: readonly BmcPortDriver[] = Object.keys(bmcDrivers).map(registered);
