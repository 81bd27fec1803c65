import { describe, expect, test } from 'vitest';
import type { ChassisControl } from '../../../src/bmc/ipmi/commands/chassis-control.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import type { MachineFact } from '../../../src/sim/bmc/facts.ts';
import { createMachine, type MachineOptions } from '../../../src/sim/bmc/machine.ts';

const startWallMs = Date.UTC(2026, 0, 1);

const create = (options: MachineOptions = {}) => {
  const clock = createVirtualClock(startWallMs);
  const machine = createMachine(clock, { offDelayMs: 300, onDelayMs: 200, softOffDelayMs: 4000, ...options });
  const facts: MachineFact[] = [];
  machine.onChange((fact) => facts.push(fact));
  /** The facts as `<ms since the start> <what> <value>`. */
  const told = () =>
    facts.map((fact) => {
      const atMs = Date.parse(fact.at) - startWallMs;
      return [atMs, fact.what, ...('value' in fact ? [fact.value] : [])].join(' ');
    });
  return { clock, machine, told };
};

describe('power', () => {
  test('reads on until the delay of an accepted off has passed', async () => {
    const { clock, machine, told } = create();
    expect(machine.control('off')).toBe('accepted');
    await clock.advance(299);
    expect(machine.status().power).toBe('on');
    await clock.advance(1);
    expect(machine.status().power).toBe('off');
    expect(told()).toEqual(['300 power off']);
  });

  test('comes on after the delay of an accepted on', async () => {
    const { clock, machine, told } = create({ power: 'off' });
    machine.control('on');
    await clock.advance(1000);
    expect(told()).toEqual(['200 power on']);
  });

  test('a second off does not put the first one off', async () => {
    const { clock, machine, told } = create();
    machine.control('off');
    await clock.advance(200);
    machine.control('off');
    await clock.advance(1000);
    expect(told()).toEqual(['300 power off']);
  });

  test('on says nothing while the power is on, even with an off under way', async () => {
    const { clock, machine } = create();
    machine.control('off');
    expect(machine.control('on')).toBe('accepted');
    await clock.advance(10_000);
    expect(machine.power()).toBe('off');
  });

  test('off takes back an on that is under way', async () => {
    const { clock, machine, told } = create({ power: 'off' });
    machine.control('on');
    machine.control('off');
    await clock.advance(10_000);
    expect(told()).toEqual([]);
  });

  test('a cycle goes off, and on again after a second at least', async () => {
    const { clock, machine, told } = create();
    machine.control('cycle');
    await clock.advance(10_000);
    expect(told()).toEqual(['300 power off', '1300 power on']);
  });

  test('a cycle waits for a slow machine', async () => {
    const { clock, machine, told } = create({ onDelayMs: 5000 });
    machine.control('cycle');
    await clock.advance(10_000);
    expect(told()).toEqual(['300 power off', '5300 power on']);
  });

  test.each([100, 600])('off %i ms into a cycle stays off', async (atMs) => {
    const { clock, machine } = create();
    machine.control('cycle');
    await clock.advance(atMs);
    machine.control('off');
    await clock.advance(10_000);
    expect(machine.power()).toBe('off');
  });

  test('soft off takes its time, and a hard off shortens it', async () => {
    const soft = create();
    soft.machine.control('softOff');
    await soft.clock.advance(10_000);
    expect(soft.told()).toEqual(['0 softOff', '4000 power off']);
    const hard = create();
    hard.machine.control('softOff');
    await hard.clock.advance(1000);
    hard.machine.control('off');
    await hard.clock.advance(10_000);
    expect(hard.told()).toEqual(['0 softOff', '1300 power off']);
  });

  test('a hung operating system ignores soft off', async () => {
    const { clock, machine } = create({ softOffDelayMs: 'ignored' });
    expect(machine.control('softOff')).toBe('accepted');
    await clock.advance(3_600_000);
    expect(machine.power()).toBe('on');
  });

  test('someone at the machine switches it at once', async () => {
    const { clock, machine, told } = create();
    machine.control('cycle');
    machine.press('off');
    await clock.advance(10_000);
    expect(told()).toEqual(['0 power off']);
    machine.press('off');
    expect(told()).toHaveLength(1);
  });
});

describe('reset and NMI', () => {
  test('are counted and told', () => {
    const { machine, told } = create();
    machine.control('reset');
    machine.control('nmi');
    machine.control('nmi');
    expect(machine.counts()).toEqual({ reset: 1, nmi: 2 });
    expect(told()).toEqual(['0 reset', '0 nmi', '0 nmi']);
  });

  test.each<ChassisControl>(['reset', 'nmi', 'cycle', 'softOff'])('%s is declined while off', (control) => {
    const { machine, told } = create({ power: 'off' });
    expect(machine.control(control)).toBe('notInPresentState');
    expect(machine.counts()).toEqual({ reset: 0, nmi: 0 });
    expect(told()).toEqual([]);
  });
});

describe('identify lamp', () => {
  test('goes out by itself', async () => {
    const { clock, machine, told } = create();
    machine.identify({ seconds: 15, indefinite: false });
    expect(machine.status().identify).toBe('timed');
    await clock.advance(15_000);
    expect(machine.status().identify).toBe('off');
    expect(told()).toEqual(['0 identify timed', '15000 identify off']);
  });

  test('a second order begins its time anew', async () => {
    const { clock, machine } = create();
    machine.identify({ seconds: 15, indefinite: false });
    await clock.advance(10_000);
    machine.identify({ seconds: 15, indefinite: false });
    await clock.advance(14_999);
    expect(machine.status().identify).toBe('timed');
  });

  test('stays lit until told otherwise', async () => {
    const { clock, machine, told } = create();
    machine.identify({ seconds: 0, indefinite: true });
    await clock.advance(3_600_000);
    expect(machine.status().identify).toBe('indefinite');
    machine.identify({ seconds: 0, indefinite: false });
    machine.identify({ seconds: 0, indefinite: false });
    expect(told()).toEqual(['0 identify indefinite', '3600000 identify off']);
  });
});

test('the status reports the restore policy', () => {
  expect(create({ restorePolicy: 'alwaysOff' }).machine.status().restorePolicy).toBe('alwaysOff');
});

test('a listener that left hears nothing, and a stopped machine holds no timer', () => {
  const { clock, machine } = create();
  const heard: MachineFact[] = [];
  machine.onChange((fact) => heard.push(fact))();
  machine.control('nmi');
  machine.control('off');
  machine.identify({ seconds: 9, indefinite: false });
  machine.stop();
  expect(heard).toEqual([]);
  expect(clock.armed()).toBe(0);
});
