import { modelsUnderTest } from './drivers.ts';
import { overIpmiSim, overSimulatedBmc } from './run.ts';

await overIpmiSim(modelsUnderTest.freeipmi);
await overSimulatedBmc(modelsUnderTest.freeipmi);
