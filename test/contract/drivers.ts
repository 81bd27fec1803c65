import { resolve } from 'node:path';
import { bmcDrivers } from '../../src/bmc/drivers/index.ts';
import { type BmcDefinition, readBmcDefinition } from '../../src/config/devices.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import type { PeerName } from '../support/peers.ts';
import type { BmcPortDriver, DriverAbilities } from './bmc-port.ts';

const specs = Object.fromEntries(Object.entries(bmcDrivers).map(([name, { spec }]) => [name, spec]));

/** A definition that comes with Noroshi. */
export const builtInDefinition = async (model: string): Promise<BmcDefinition> => {
  const { definition, problems } = await readBmcDefinition(resolve(`devices/bmc/${model}.yaml`), specs);
  if (!definition) throw new Error(`${model}: ${problems.map(({ message }) => message).join('; ')}`);
  return definition;
};

/** A built-in model, with the options and secrets a configuration would give it. */
const modelled = (
  model: string,
  { driver: name, options: defaults }: BmcDefinition,
): BmcPortDriver['build'] => {
  const driver = bmcDrivers[name];
  if (!driver) throw new Error(`there is no driver ${name}`);
  return ({ password, kg, ...options }) => {
    const secrets = {
      password: new Secret(password),
      ...(kg === undefined ? {} : { kg: new Secret(kg) }),
    };
    const parsed = driver.spec.options.parse({ ...defaults, ...options });
    return driver.build({ model, driver: name, options: parsed, secrets }, systemClock);
  };
};

const native: DriverAbilities = {
  suites: [17, 3],
  kg: true,
  tellsUser: true,
  tellsClosedPort: true,
  tellsIdentify: true,
  holdsSession: true,
  tidiesUp: true,
  lateMs: 150,
};

/** One process for each question. */
const command: DriverAbilities = {
  ...native,
  tellsClosedPort: false,
  tellsIdentify: false,
  holdsSession: false,
  tidiesUp: false,
  lateMs: 400,
};

export interface ModelUnderTest {
  readonly model: string;
  readonly abilities: DriverAbilities;
  /** The programs it runs. */
  readonly peers: readonly PeerName[];
}

/** Every model whose driver must keep the contract of the BMC port. */
export const modelsUnderTest = {
  native: { model: 'ipmi', abilities: native, peers: [] },
  ipmiutil: {
    model: 'ipmiutil',
    abilities: { ...command, suites: [3], kg: false, tellsUser: false, onlyPort: 623 },
    peers: ['ireset', 'ialarms', 'icmd'],
  },
  ipmitool: { model: 'ipmitool', abilities: command, peers: ['ipmitool'] },
  freeipmi: { model: 'freeipmi', abilities: command, peers: ['ipmi-chassis', 'ipmi-raw', 'bmc-info'] },
} as const satisfies Record<string, ModelUnderTest>;

export const driverUnderTest = async ({ model, abilities }: ModelUnderTest): Promise<BmcPortDriver> => ({
  name: model,
  abilities,
  build: modelled(model, await builtInDefinition(model)),
});
