import { describeStorm } from '../support/storm/suite.ts';

describeStorm({
  weather: { burstPerSecond: 3_000, burstSeconds: 6, cycleSeconds: 300, calmPerSecond: 6 },
  stormSeconds: 3_600,
  seed: 20_261_121,
});
