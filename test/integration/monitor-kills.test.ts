import { describeMonitorKills } from '../support/monitor-kill-suite.ts';

describeMonitorKills({ kills: 12, workMs: (round) => 60 + ((round * 130) % 400) });
