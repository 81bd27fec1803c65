import { modelsUnderTest } from './drivers.ts';
import { overIpmiSim, overSimulatedBmc } from './run.ts';

await overIpmiSim(modelsUnderTest.ipmitool);
await overSimulatedBmc(modelsUnderTest.ipmitool);
