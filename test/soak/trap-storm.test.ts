import { countFrom } from '../support/proof/figures.ts';
import { describeStorm } from '../support/storm/suite.ts';

describeStorm({
  weather: {
    burstPerSecond: countFrom('NOROSHI_STORM_RATE', 4_000),
    ...{ burstSeconds: 200, cycleSeconds: 240, calmPerSecond: 100 },
  },
  stormSeconds: 3_600,
  seed: countFrom('NOROSHI_SEED', 20_261_121),
});
