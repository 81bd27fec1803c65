import { describeWithPeers } from '../support/peers.ts';
import { ipmiSim, simulatedBmc } from './backends.ts';
import { bmcPortContract } from './bmc-port.ts';
import { driverUnderTest, type ModelUnderTest } from './drivers.ts';

/** The contract of one model over ipmi_sim; where a peer is missing it is skipped, or fails in CI. */
export const overIpmiSim = async (model: ModelUnderTest): Promise<void> => {
  const driver = await driverUnderTest(model);
  describeWithPeers(['ipmi_sim', ...model.peers], `the BMC port of ${model.model} over ipmi_sim`, () =>
    bmcPortContract(driver, ipmiSim),
  );
};

/** The contract of one model over the simulated BMC, with each suite that both can speak. */
export const overSimulatedBmc = async (model: ModelUnderTest): Promise<void> => {
  const driver = await driverUnderTest(model);
  const suites = ([17, 3] as const).filter((suite) => driver.abilities.suites.includes(suite));
  describeWithPeers(model.peers, `the BMC port of ${model.model} over the simulated BMC`, () => {
    for (const suite of suites) bmcPortContract(driver, simulatedBmc(suite));
  });
};
