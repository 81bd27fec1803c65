import { createRandomStreams } from '../../src/sim/random.ts';
import { describeKills } from '../support/kill-suite.ts';
import { countFrom, printFigures, secondsSince } from '../support/proof/figures.ts';

const kills = countFrom('NOROSHI_KILLS', 200);
const seed = countFrom('NOROSHI_SEED', 20_261_120);
const longestWorkMs = 700;

const random = createRandomStreams(seed)('kill');
const startedMs = performance.now();

describeKills({
  kills,
  killsAtStart: Math.ceil(kills / 10),
  workMs: () => random() * longestWorkMs,
  onEnd: (figures) => printFigures('kills', { ...figures, seed, 'elapsed seconds': secondsSince(startedMs) }),
});
