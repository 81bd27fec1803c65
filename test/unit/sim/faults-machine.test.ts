import { describe, expect, test } from 'vitest';
import type { ChassisControl } from '../../../src/bmc/ipmi/commands/chassis-control.ts';
import { createBench } from './bench.ts';
import { administrator, chassisStatus, control, powerOf, selTime } from './requests.ts';

const machine = { offDelayMs: 100, onDelayMs: 100, softOffDelayMs: 2000 };

describe('slowOff', () => {
  test('an off takes as long as it is told to, and the read says on until then', async () => {
    const bench = createBench({ machine, faults: { slowOff: 3000 } });
    const console = administrator(bench);
    expect(console.ask(control('off'))?.completionCode).toBe(0);
    await bench.clock.advance(2999);
    expect(powerOf(console.ask(chassisStatus))).toBe('on');
    await bench.clock.advance(1);
    expect(powerOf(console.ask(chassisStatus))).toBe('off');
  });

  test('a cycle is slow too; the soft power button keeps its own time', async () => {
    const bench = createBench({ machine, faults: { slowOff: 3000 } });
    const console = administrator(bench);
    console.ask(control('cycle'));
    await bench.clock.advance(2999);
    expect(bench.machine.power()).toBe('on');
    await bench.clock.advance(1001);
    expect(bench.happened()).toEqual(['sessionOpened', 'power off', 'power on']);
    console.ask(control('softOff'));
    await bench.clock.advance(2000);
    expect(bench.machine.power()).toBe('off');
  });
});

describe('staysOn', () => {
  test.each<ChassisControl>(['off', 'cycle', 'softOff'])('%s is acknowledged and not done', async (order) => {
    const bench = createBench({ machine, faults: { staysOn: true } });
    const console = administrator(bench);
    expect(console.ask(control(order))?.completionCode).toBe(0);
    await bench.clock.advance(10_000);
    expect(powerOf(console.ask(chassisStatus))).toBe('on');
    expect(bench.machine.power()).toBe('on');
  });

  test('reset is done, and someone at the machine can switch it', () => {
    const bench = createBench({ faults: { staysOn: true } });
    administrator(bench).ask(control('reset'));
    bench.machine.press('off');
    expect(bench.happened()).toEqual(['sessionOpened', 'reset', 'power off']);
  });
});

describe('saysOff', () => {
  test('the read says off while the machine is on', () => {
    const bench = createBench({ faults: { saysOff: true } });
    expect(powerOf(administrator(bench).ask(chassisStatus))).toBe('off');
    expect(bench.machine.power()).toBe('on');
  });

  test('orders are still done', async () => {
    const bench = createBench({ machine, faults: { saysOff: true } });
    const console = administrator(bench);
    expect(console.ask(control('reset'))?.completionCode).toBe(0);
    console.ask(control('off'));
    await bench.clock.advance(100);
    expect(bench.machine.power()).toBe('off');
  });

  test('with staysOn it is the worst BMC there is: it acknowledges, says off, and stays on', async () => {
    const bench = createBench({ machine, faults: { saysOff: true, staysOn: true } });
    const console = administrator(bench);
    expect(console.ask(control('off'))?.completionCode).toBe(0);
    await bench.clock.advance(10_000);
    expect(powerOf(console.ask(chassisStatus))).toBe('off');
    expect(bench.machine.power()).toBe('on');
  });
});

describe('notInState', () => {
  test.each<ChassisControl>(['off', 'on', 'cycle', 'reset', 'nmi', 'softOff'])(
    '%s is refused and not done',
    async (order) => {
      const bench = createBench({ machine, faults: { notInState: true } });
      expect(administrator(bench).ask(control(order))?.completionCode).toBe(0xd5);
      await bench.clock.advance(10_000);
      expect(bench.happened()).toEqual(['sessionOpened']);
    },
  );

  test('reads are answered', () => {
    const bench = createBench({ faults: { notInState: true } });
    expect(powerOf(administrator(bench).ask(chassisStatus))).toBe('on');
  });
});

test('wrongClock: the BMC is an hour late, and nothing else is', () => {
  const bench = createBench({ faults: { wrongClock: -3600 } });
  const seconds = administrator(bench).ask(selTime)?.data.readUInt32LE();
  expect(seconds).toBe(Date.UTC(2025, 11, 31, 23) / 1000);
  expect(bench.facts[0]?.at).toBe('2026-01-01T00:00:00.000Z');
});
