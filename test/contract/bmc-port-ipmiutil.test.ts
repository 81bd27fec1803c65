import { modelsUnderTest } from './drivers.ts';
import { overIpmiSim, overSimulatedBmc } from './run.ts';

await overIpmiSim(modelsUnderTest.ipmiutil);
await overSimulatedBmc(modelsUnderTest.ipmiutil);
