import { modelsUnderTest } from './drivers.ts';
import { overIpmiSim, overSimulatedBmc } from './run.ts';

await overIpmiSim(modelsUnderTest.native);
await overSimulatedBmc(modelsUnderTest.native);
