import type { JudgeSettings } from '../../../src/snmp-trap/judge/settings.ts';

export const settings: JudgeSettings = {
  dedupSeconds: 150,
  unknownSeconds: 3600,
  storm: {
    windowSeconds: 10,
    sourcePerSecond: 10,
    sourceRearmPerSecond: 2,
    overallPerSecond: 100,
    overallRearmPerSecond: 20,
  },
};
