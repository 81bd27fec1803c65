import type { FaultName, FaultSettings } from '../../../src/sim/bmc/faults/catalogue.ts';

/** Values that each fault takes, in every one of its forms; the compiler asks for those of a new fault. */
export const faultExamples: {
  readonly [Name in FaultName]: readonly Exclude<FaultSettings[Name], false | undefined>[];
} = {
  slowOff: [0, 3000],
  staysOn: [true],
  saysOff: [true],
  notInState: [true],
  wrongClock: [-3600, 5],
  frozen: [true],
  garbage: [true, 'instead', 'before'],
  otherPort: [true],
  duplicate: [true, 0.5, { every: 2 }],
  drop: [true, 0.25, { probability: 0.5, direction: 'in' }, { every: 3, direction: 'out' }],
  reorder: [true, 0.5, { every: 3 }],
  delay: [0, 50, { ms: 10, jitterMs: 5 }, { jitterMs: 20, direction: 'in' }],
  sessionFull: [true],
  forgetsSessions: [true, 3],
  wrongSequence: [true, 'outOfWindow', 'repeated'],
  badRakp2Code: [true],
  badRakp4Code: [true],
  wrongGuid: [true, '000102030405060708090a0b0c0d0e0f'],
  splitGuid: [true],
  emptyGuid: [true],
  refusesSuite: [17, [17, 3]],
  truncatesPassword: [true],
  unansweredControl: [true, 'executed', 'ignored'],
  busy: [true, 3, { times: 2, on: 'reads' }, { on: 'control' }],
};
