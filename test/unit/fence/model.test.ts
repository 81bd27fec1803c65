import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FenceAction, fenceActions } from '../../../src/core/outcome.ts';
import type { ControlFault, FakeBehaviour } from '../../support/fake-bmc.ts';
import { createFenceBench, type FenceBench, journalDown, server1, server2 } from './bench.ts';
import { breachesOf } from './invariants.ts';

/** How many random schedules are tried; a soak sets NOROSHI_RUNS=100000, and NOROSHI_SEED replays one. */
const runs = Number(process.env.NOROSHI_RUNS ?? 1000);
const seed = process.env.NOROSHI_SEED === undefined ? {} : { seed: Number(process.env.NOROSHI_SEED) };
const msPerRun = 300;

type Step =
  | { readonly do: 'ask'; readonly server: string; readonly action: FenceAction; readonly deadlineMs: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'behave'; readonly server: string; readonly behaviour: Partial<FakeBehaviour> }
  | { readonly do: 'times'; readonly server: string; readonly offDelayMs: number; readonly onDelayMs: number }
  | { readonly do: 'fault'; readonly server: string; readonly fault: ControlFault }
  | { readonly do: 'failOpens'; readonly server: string; readonly code: (typeof codes)[number] }
  | { readonly do: 'failReads'; readonly server: string; readonly code: (typeof codes)[number] }
  | { readonly do: 'forget'; readonly server: string }
  | { readonly do: 'press'; readonly server: string }
  | { readonly do: 'disk'; readonly state: 'well' | 'hangs' | 'fails' };

const codes = [
  'bmc.timeout',
  'bmc.portClosed',
  'bmc.auth',
  'bmc.busy',
  'bmc.protocol',
  'bmc.sessionFull',
] as const;
const faults = [
  'doneUnanswered',
  'lostUnanswered',
  'ignored',
  'throws',
  'bmc.busy',
  'bmc.state',
  'bmc.privilege',
] as const;

/** Mostly one server: what can go wrong goes wrong between the jobs of one. */
const server = fc.constantFrom(server1, server1, server1, server2);
const shortMs = fc.constantFrom(0, 1, 2, 3, 10, 49, 150, 500, 999);
const anyMs = fc.oneof({ weight: 3, arbitrary: shortMs }, fc.constantFrom(2000, 5000, 14_900, 31_000));
const action = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('off' as const, 'on' as const, 'cycle' as const) },
  fc.constantFrom(...fenceActions),
);
const behaviour: fc.Arbitrary<Partial<FakeBehaviour>> = fc.oneof(
  fc.record({ latencyMs: fc.constantFrom(0, 1, 20, 150, 400) }),
  fc.record({ frozen: fc.boolean() }),
  fc.record({ stuckOn: fc.boolean() }),
  fc.record({ offNeedsOn: fc.boolean() }),
  fc.record({ queueMs: fc.constantFrom(0, 0, 30, 700) }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('ask'),
      server,
      action,
      deadlineMs: fc.constantFrom(40, 300, 1000, 4000, 15_000, 20_000),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('advance'), ms: anyMs }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('behave'), server, behaviour }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('times'), server, offDelayMs: anyMs, onDelayMs: anyMs }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('fault'), server, fault: fc.constantFrom(...faults) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('failOpens'), server, code: fc.constantFrom(...codes) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('failReads'), server, code: fc.constantFrom(...codes) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('press', 'forget'), server }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('disk'),
      state: fc.constantFrom('well', 'well', 'hangs', 'fails'),
    }),
  },
) as fc.Arbitrary<Step>;

const setDisk = ({ journal }: FenceBench, state: 'well' | 'hangs' | 'fails'): void => {
  journal.failAppends(state === 'fails' ? journalDown : undefined);
  journal.holdAppends(state === 'hangs');
};

const perform = async (bench: FenceBench, one: Step, lying: Set<string>): Promise<void> => {
  switch (one.do) {
    case 'ask':
      return void bench.ask(one.action, { server: one.server, deadlineMs: one.deadlineMs });
    case 'advance':
      return bench.clock.advance(one.ms);
    case 'behave':
      if (one.behaviour.stuckOn) lying.add(one.server);
      return void Object.assign(bench.bmc(one.server).behaviour, one.behaviour);
    case 'times':
      return void Object.assign(bench.bmc(one.server).machine.times, one);
    case 'fault':
      if (one.fault === 'ignored') lying.add(one.server);
      return bench.bmc(one.server).faultControls(one.fault);
    case 'failOpens':
      return bench.bmc(one.server).failOpens(one.code, 1);
    case 'failReads':
      return bench.bmc(one.server).failReads(one.code, 1);
    case 'forget':
      return bench.bmc(one.server).forgetSessions();
    case 'press':
      return bench.bmc(one.server).machine.press('off');
    case 'disk':
      return setDisk(bench, one.state);
  }
};

test(`no schedule of requests and faults makes an answer untrue (${runs} runs)`, {
  timeout: Math.max(30_000, runs * msPerRun),
}, async () => {
  const schedule = fc.array(step, { minLength: 2, maxLength: 30, size: 'max' });
  const stopsEarly = fc.boolean();
  await fc.assert(
    fc.asyncProperty(schedule, stopsEarly, async (steps, stops) => {
      const bench = createFenceBench({ behaviour: { latencyMs: 2 } });
      const lying = new Set<string>();
      for (const one of steps) await perform(bench, one, lying);
      if (stops) void bench.service.stop();
      await bench.finish();
      expect(breachesOf(bench, lying)).toEqual([]);
    }),
    { numRuns: runs, ...seed },
  );
});
