import fc from 'fast-check';
import { type FenceAction, fenceActions } from '../../../src/core/outcome.ts';
import type { FaultSettings } from '../../../src/sim/bmc/faults/catalogue.ts';
import type { Ground, ServerSpec } from './ground.ts';

/** One thing that happens at a proving ground. */
export type Step =
  | { readonly do: 'ask'; readonly server: string; readonly action: FenceAction; readonly deadlineMs: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'break'; readonly server: string; readonly faults: FaultSettings }
  | { readonly do: 'mend'; readonly server: string }
  | { readonly do: 'press'; readonly server: string; readonly power: 'on' | 'off' }
  | { readonly do: 'swap'; readonly swapped: boolean };

const action = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('off' as const, 'off' as const, 'on' as const, 'cycle' as const) },
  fc.constantFrom(...fenceActions),
);

const chance = fc.constantFrom(0.05, 0.2, 0.5);
const way = fc.constantFrom('in' as const, 'out' as const, 'both' as const);
const yes = fc.constant(true as const);
const picked = fc.record({ probability: chance, direction: way });

/** One fault in one of its forms; which of them it is, shrinks. */
const oneFault: fc.Arbitrary<FaultSettings> = fc.oneof(
  fc.record({ slowOff: fc.constantFrom(0, 700, 3000, 20_000) }),
  fc.record({ staysOn: yes }),
  fc.record({ saysOff: yes }),
  fc.record({ notInState: yes }),
  fc.record({ wrongClock: fc.constantFrom(-3600, 86_400) }),
  fc.record({ frozen: yes }),
  fc.record({ garbage: fc.constantFrom('instead' as const, 'before' as const) }),
  fc.record({ otherPort: yes }),
  fc.record({ duplicate: picked }),
  fc.record({ drop: picked }),
  fc.record({ reorder: picked }),
  fc.record({ delay: fc.record({ ms: fc.constantFrom(5, 80, 700), jitterMs: fc.constantFrom(0, 40, 400) }) }),
  fc.record({ sessionFull: yes }),
  fc.record({ forgetsSessions: fc.constantFrom(0, 1, 2, 3, 7) }),
  fc.record({ wrongSequence: fc.constantFrom('outOfWindow' as const, 'repeated' as const) }),
  fc.record({ badRakp2Code: yes }),
  fc.record({ badRakp4Code: yes }),
  fc.record({ wrongGuid: fc.constantFrom(true as const, '99'.repeat(16)) }),
  fc.record({ splitGuid: yes }),
  fc.record({ emptyGuid: yes }),
  fc.record({ refusesSuite: fc.constantFrom([17], [17, 3]) }),
  fc.record({ truncatesPassword: yes }),
  fc.record({ unansweredControl: fc.constantFrom('executed' as const, 'ignored' as const) }),
  fc.record({
    busy: fc.record({ times: fc.constantFrom(1, 3, 40), on: fc.constantFrom('reads', 'control', 'both') }),
  }),
) as fc.Arbitrary<FaultSettings>;

const faults = fc
  .array(oneFault, { minLength: 1, maxLength: 3 })
  .map((several): FaultSettings => Object.assign({}, ...several));

export interface MixOptions {
  /** Where things happen; at one that is named more often, more happens. */
  readonly servers: readonly string[];
  /** How long nothing is done, from one step to another; each as likely as the others. */
  readonly pausesMs: readonly number[];
  /** How often a BMC is mended, for each 4 times that one gets more faults. */
  readonly mends: number;
}

export const stepOf = ({ servers, pausesMs, mends }: MixOptions): fc.Arbitrary<Step> => {
  const server = fc.constantFrom(...servers);
  const ms = fc.constantFrom(...pausesMs);
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('ask' as const),
        server,
        action,
        deadlineMs: fc.constantFrom(40, 300, 1000, 4000, 15_000, 20_000),
      }),
    },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('advance' as const), ms }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('break' as const), server, faults }) },
    { weight: mends, arbitrary: fc.record({ do: fc.constant('mend' as const), server }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('press' as const),
        server,
        power: fc.constantFrom('on', 'off'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('swap' as const), swapped: fc.boolean() }) },
  );
};

export const spec: fc.Arbitrary<ServerSpec> = fc.record({
  machine: fc.record({
    power: fc.constantFrom('on' as const, 'on' as const, 'off' as const),
    offDelayMs: fc.constantFrom(0, 90, 500, 4000),
    onDelayMs: fc.constantFrom(0, 90, 500, 4000),
  }),
  warm: fc.boolean(),
});

export const perform = async (ground: Ground, one: Step): Promise<void> => {
  switch (one.do) {
    case 'ask':
      return void ground.ask(one.server, one.action, one.deadlineMs);
    case 'advance':
      return ground.clock.advance(one.ms);
    case 'break':
      return ground.server(one.server).setFaults(one.faults);
    case 'mend':
      return ground.server(one.server).clearFaults();
    case 'press':
      return ground.server(one.server).press(one.power);
    case 'swap':
      return ground.swapAddresses(one.swapped);
  }
};
