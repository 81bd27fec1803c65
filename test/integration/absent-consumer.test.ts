import { describeAbsence } from '../support/absent-consumer-suite.ts';

describeAbsence({ events: 8_000, maxSizeMiB: 1, mostGrowthMiB: 64 });
