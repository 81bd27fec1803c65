import { describeDeadNoc } from '../support/dead-noc-suite.ts';
import { countFrom, printFigures } from '../support/proof/figures.ts';

describeDeadNoc({
  events: countFrom('NOROSHI_NOC_EVENTS', 40_000),
  mostGrowthMiB: 64,
  onEnd: (figures) => printFigures('dead NOC', figures),
});
