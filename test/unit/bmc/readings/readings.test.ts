import { describe, expect, test } from 'vitest';
import { createNativeBmc } from '../../../../src/bmc/drivers/native.ts';
import { nativeOptions } from '../../../../src/bmc/drivers/native-options.ts';
import { createCallOff } from '../../../../src/core/call-off.ts';
import { deadlineIn } from '../../../../src/core/deadline.ts';
import type { BmcPort, CallLimits, JudgeGuid } from '../../../../src/core/ports.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { createVirtualClock } from '../../../../src/core/virtual-clock.ts';
import { defaultEventLog } from '../../../../src/sim/bmc/event-log.ts';
import { type SimulationOptions, simulateBmc } from '../../../../src/sim/bmc/simulate.ts';
import { createSimNetwork } from '../../../support/proof/sim-network.ts';

const latencyMs = 50;
const roundTripMs = 2 * latencyMs;
const password = new Secret('operpw');
const anyone: JudgeGuid = () => 'new';

const createBench = (options: Partial<SimulationOptions> = {}, warmSession = false) => {
  const clock = createVirtualClock();
  const users = [{ name: 'oper', password, privilege: 'operator' as const }];
  const sim = simulateBmc({ clock, users, guid: Buffer.alloc(16, 7), seed: 1, ...options });
  const network = createSimNetwork(clock, latencyMs);
  network.place('bmc', sim);
  const parsed = nativeOptions.parse({ host: 'bmc', user: 'oper', warmSession });
  const port = createNativeBmc(parsed, { clock, password, kg: undefined, connect: network.connect });
  const limits = (priority: CallLimits['priority']): CallLimits => ({
    deadline: deadlineIn(clock, 60_000),
    priority,
  });
  const readings = port.readings;
  if (!readings) throw new Error('the native driver reads no sensors');
  return { clock, sim, network, port, readings, limits };
};

type Bench = ReturnType<typeof createBench>;

/** Advances the clock until the promise is settled. */
const settled = async <Value>({ clock }: Bench, promise: Promise<Value>): Promise<Value> => {
  let over = false;
  const done = () => {
    over = true;
  };
  promise.then(done, done);
  for (let step = 0; step < 100_000 && !over; step += 1) await clock.advance(1);
  if (!over) throw new Error('it never ended');
  return promise;
};

const stop = async (port: BmcPort, limits: CallLimits): Promise<void> => {
  const session = await port.open(limits);
  expect(await session.control('off', limits)).toEqual({ kind: 'accepted' });
};

/** How long a forced stop takes from its request to the BMC's yes. */
const stopTakesMs = async (bench: Bench): Promise<number> => {
  const fromMs = bench.clock.nowMs();
  await settled(bench, stop(bench.port, bench.limits('forcedStop')));
  return bench.clock.nowMs() - fromMs;
};

test('sensors and event log of the simulated BMC, and no session stays open', async () => {
  const bench = createBench();
  const sensors = await settled(bench, bench.readings.sensors(bench.limits('operator'), anyone));
  const named = Object.fromEntries(sensors.map((sensor) => [sensor.name, sensor]));
  expect(sensors).toHaveLength(13);
  expect(named['12V']).toMatchObject({ value: 12.033, unit: 'volts', state: 'ok' });
  expect(named['Fan 1B']).toMatchObject({ value: 500, unit: 'RPM', state: 'critical', side: 'lower' });
  expect(named['PS2 Status']).toMatchObject({
    states: ['presence detected', 'power supply input lost (AC/DC)'],
  });
  const log = await settled(bench, bench.readings.eventLog(bench.limits('operator'), anyone, 4));
  expect(log).toMatchObject({ total: defaultEventLog.length, overflow: false });
  expect(log.entries.map(({ id }) => id)).toEqual([9, 10, 12, 13]);
  expect(log.entries[0]).toMatchObject({ sensor: 'Watchdog', event: 'hard reset', asserted: true });
  expect(bench.sim.sessions.activeCount()).toBe(0);
  expect(bench.network.openLinks()).toBe(0);
});

test('a server that is off: its fans are unknown, not at 0 RPM', async () => {
  const bench = createBench({ machine: { power: 'off' } });
  const sensors = await settled(bench, bench.readings.sensors(bench.limits('operator'), anyone));
  const whys = sensors.flatMap((sensor) =>
    sensor.kind === 'unknown' ? [`${sensor.name}: ${sensor.why}`] : [],
  );
  expect(whys).toEqual([
    'CPU1 Temp: unavailable',
    'Fan 1A: unavailable',
    'Fan 1B: unavailable',
    '12V: unavailable',
    'Power: unavailable',
    'Drive 0: scanningDisabled',
  ]);
});

test('a BMC that returns 16 bytes at most', async () => {
  const bench = createBench({ longestRead: 16 });
  expect(await settled(bench, bench.readings.sensors(bench.limits('operator'), anyone))).toHaveLength(13);
});

describe('a forced stop during a long walk', () => {
  test.each([
    ['logs in', false],
    ['has a warm session', true],
  ])('waits for one exchange at most, where it %s', async (_name, warm) => {
    const quiet = createBench({}, warm);
    await quiet.clock.advance(5_000);
    await settled(quiet, quiet.readings.sensors(quiet.limits('operator'), anyone));
    const aloneMs = await stopTakesMs(quiet);
    // The request comes at every point of an exchange: just sent, under way, about to be answered.
    for (let offsetMs = 0; offsetMs <= roundTripMs; offsetMs += 10) {
      const bench = createBench({}, warm);
      await bench.clock.advance(5_000);
      let over = false;
      const walk = bench.readings.sensors(bench.limits('operator'), anyone).finally(() => {
        over = true;
      });
      await bench.clock.advance(2_000 + offsetMs);
      expect(await stopTakesMs(bench)).toBeLessThanOrEqual(aloneMs + roundTripMs);
      expect(over).toBe(false);
      expect(await settled(bench, walk)).toHaveLength(13);
    }
  });
});

test('the wrong BMC is asked nothing more', async () => {
  const bench = createBench();
  const wrong: JudgeGuid = () => ({ code: 'bmc.identity', message: 'not the one' });
  const reading = bench.readings.sensors(bench.limits('operator'), wrong);
  await expect(settled(bench, reading)).rejects.toMatchObject({ code: 'bmc.identity' });
  // Channel capabilities, the three of the handshake, the privilege, and the goodbye.
  expect(bench.network.sent()).toBe(6);
  expect(bench.sim.sessions.activeCount()).toBe(0);
});

test('the end of the driver and of the caller ends a walk, and its session is closed', async () => {
  for (const end of ['driver', 'caller'] as const) {
    const bench = createBench();
    const { signal, callOff } = createCallOff();
    const walk = bench.readings.sensors({ ...bench.limits('operator'), signal }, anyone);
    const refused = expect(walk).rejects.toMatchObject({ code: 'bmc.timeout' });
    await bench.clock.advance(2_000);
    const closed = end === 'driver' ? bench.port.close() : callOff();
    await settled(bench, Promise.resolve(closed));
    await bench.clock.advance(2_000);
    await refused;
    expect(bench.sim.sessions.activeCount()).toBe(0);
    expect(bench.network.openLinks()).toBe(0);
  }
});
