import { describeWithPeers } from '../support/peers.ts';
import { ipmiSim } from './backends.ts';
import { bmcPortContract } from './bmc-port.ts';
import { driversUnderTest } from './drivers.ts';

describeWithPeers(['ipmi_sim'], 'the BMC port over ipmi_sim', () => {
  for (const driver of driversUnderTest) bmcPortContract(driver, ipmiSim);
});
