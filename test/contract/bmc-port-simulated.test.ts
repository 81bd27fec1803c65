import { simulatedBmc } from './backends.ts';
import { bmcPortContract } from './bmc-port.ts';
import { driversUnderTest } from './drivers.ts';

for (const driver of driversUnderTest) {
  for (const suite of [17, 3] as const) bmcPortContract(driver, simulatedBmc(suite));
}
