import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FaultName, type FaultSettings, faultNames } from '../../../src/sim/bmc/faults/catalogue.ts';
import { createRandomStreams } from '../../../src/sim/random.ts';
import { type Bench, createBench, guid } from './bench.ts';
import { faultExamples } from './fault-examples.ts';
import {
  administrator,
  chassisStatus,
  close,
  control,
  powerOf,
  selTime,
  sessionInfo,
  systemGuid,
} from './requests.ts';
import { createTestConsole, type OpenConsole, packetOf } from './test-console.ts';

const someFaults: fc.Arbitrary<FaultSettings> = fc.subarray(faultNames, { minLength: 1 }).chain((names) => {
  const anyOf = (name: FaultName) => fc.constantFrom<unknown>(...faultExamples[name]);
  const settings = fc.record(Object.fromEntries(names.map((name) => [name, anyOf(name)])));
  return settings.map((values) => values as FaultSettings);
});

/** Uses the BMC as a console would that meets any fault; whatever goes wrong is what the fault is for. */
const misuse = async (bench: Bench, console: OpenConsole) => {
  for (const request of [chassisStatus, control('nmi'), selTime, systemGuid, chassisStatus]) {
    bench.send(console.sealed(request));
    await bench.clock.advance(10);
  }
  try {
    createTestConsole({ bmc: bench.bmc, peer: 'other' }).login();
  } catch {
    // A login that fails is one of the things that can go wrong.
  }
};

/** Everything that a sound BMC does, in one conversation. */
const expectSound = async (bench: Bench) => {
  const console = administrator(bench, 'afterwards');
  const before = bench.arrived.length;
  const request = console.sealed(chassisStatus);
  bench.send(request);
  expect(bench.arrived.slice(before)).toMatchObject([{ atMs: bench.clock.nowMs(), from: undefined }]);
  const packet = packetOf(bench.arrived.at(-1)?.datagram ?? Buffer.alloc(0));
  expect(packet).toMatchObject({ format: 'rmcp+', sequence: 2 });
  expect(console.ask(systemGuid)?.data).toEqual(guid);
  expect(console.ask(selTime)?.data.readUInt32LE()).toBe(Math.floor(bench.clock.wallMs() / 1000));
  expect(sessionInfo(console, { by: 'current' })).toMatchObject({ handle: 1, possible: 4, active: 1 });
  expect(powerOf(console.ask(chassisStatus))).toBe('on');
  expect(console.ask(control('off'))?.completionCode).toBe(0);
  await bench.clock.advance(500);
  expect(powerOf(console.ask(chassisStatus))).toBe('off');
  expect(bench.machine.power()).toBe('off');
  expect(console.ask(close(console.bmcSessionId))?.completionCode).toBe(0);
  expect(bench.clock.armed()).toBe(0);
};

describe('any faults at once', () => {
  test('leave no trace when they are switched off', async () => {
    await fc.assert(
      fc.asyncProperty(someFaults, fc.boolean(), async (settings, oneByOne) => {
        const bench = createBench();
        const console = administrator(bench);
        bench.faults.set(settings);
        await misuse(bench, console);
        if (oneByOne) for (const name of Object.keys(settings)) bench.faults.set({ [name]: false });
        else bench.faults.clear();
        expect(bench.faults.on()).toEqual({});
        // The idle limit ends what the misuse left open, and late datagrams arrive.
        await bench.clock.advance(65_000);
        await expectSound(bench);
      }),
      { numRuns: 300 },
    );
  });

  test('do the same again with the same seed', async () => {
    const run = async (settings: FaultSettings, seed: number) => {
      const bench = createBench({ seed });
      const console = administrator(bench);
      bench.faults.set(settings);
      await misuse(bench, console);
      await bench.clock.advance(60_000);
      return { happened: bench.happened(), arrived: bench.arrived.map(({ atMs, from }) => [atMs, from]) };
    };
    await fc.assert(
      fc.asyncProperty(someFaults, fc.nat(), async (settings, seed) => {
        expect(await run(settings, seed)).toEqual(await run(settings, seed));
      }),
      { numRuns: 100 },
    );
  });
});

describe('random streams', () => {
  const take = (seed: number, name: string, count = 1000) => {
    const random = createRandomStreams(seed)(name);
    return Array.from({ length: count }, () => random());
  };

  test('are repeated by the seed, and differ by seed and name', () => {
    expect(take(1, 'drop')).toEqual(take(1, 'drop'));
    expect(take(1, 'drop')).not.toEqual(take(2, 'drop'));
    expect(take(1, 'drop')).not.toEqual(take(1, 'delay'));
  });

  test('are spread evenly over 0 to 1', () => {
    const numbers = take(7, 'drop', 10_000);
    const tenths = Array(10).fill(0);
    for (const number of numbers) tenths[Math.floor(number * 10)] += 1;
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
