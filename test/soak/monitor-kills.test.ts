import { createRandomStreams } from '../../src/sim/random.ts';
import { describeMonitorKills } from '../support/monitor-kill-suite.ts';
import { countFrom, printFigures } from '../support/proof/figures.ts';

const kills = countFrom('NOROSHI_KILLS', 150);
const seed = countFrom('NOROSHI_SEED', 20_261_121);
const longestWorkMs = 600;

const random = createRandomStreams(seed)('monitor-kill');

describeMonitorKills({
  kills,
  workMs: () => random() * longestWorkMs,
  onEnd: (figures) => printFigures('monitor kills', { ...figures, seed }),
});
