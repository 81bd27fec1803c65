import { describeKills } from '../support/kill-suite.ts';

describeKills({ kills: 30, killsAtStart: 6, workMs: (round) => (round * 170) % 610 });
