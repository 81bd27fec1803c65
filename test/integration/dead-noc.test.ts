import { describeDeadNoc } from '../support/dead-noc-suite.ts';

describeDeadNoc({ events: 8_000, mostGrowthMiB: 64 });
