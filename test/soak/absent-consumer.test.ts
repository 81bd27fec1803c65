import { describeAbsence } from '../support/absent-consumer-suite.ts';
import { countFrom, printFigures } from '../support/proof/figures.ts';

describeAbsence({
  events: countFrom('NOROSHI_ABSENT_EVENTS', 100_000),
  maxSizeMiB: 8,
  mostGrowthMiB: 48,
  onEnd: (figures) => printFigures('absent consumer', figures),
});
