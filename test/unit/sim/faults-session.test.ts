import { describe, expect, test } from 'vitest';
import { type Bench, createBench } from './bench.ts';
import { administrator, chassisStatus, control, powerOf, sessionInfo } from './requests.ts';
import { createTestConsole, type OpenConsole, packetOf } from './test-console.ts';

describe('sessionFull', () => {
  test('no session can be opened, and the one that is open stays', () => {
    const bench = createBench();
    const console = administrator(bench);
    bench.faults.set({ sessionFull: true });
    expect(createTestConsole({ bmc: bench.bmc, peer: 'two' }).open().status).toBe(0x01);
    expect(powerOf(console.ask(chassisStatus))).toBe('on');
    expect(sessionInfo(console, { by: 'current' })).toMatchObject({ possible: 4, active: 4 });
    expect(bench.happened()).toEqual(['sessionOpened', 'loginRefused slotsFull']);
  });
});

describe('forgetsSessions', () => {
  test('at once: a login succeeds, and its first command gets silence', () => {
    const bench = createBench({ faults: { forgetsSessions: true } });
    const console = createTestConsole({ bmc: bench.bmc }).login();
    expect(console.ask(chassisStatus)).toBeUndefined();
    expect(bench.sessions.activeCount()).toBe(0);
    expect(bench.happened()).toEqual(['sessionOpened', 'sessionClosed forgotten']);
  });

  test('after so many commands of each session', () => {
    const bench = createBench({ faults: { forgetsSessions: 2 } });
    const one = createTestConsole({ bmc: bench.bmc, peer: 'one' }).login();
    expect([1, 2, 3, 4].map(() => powerOf(one.ask(chassisStatus)))).toEqual([
      'on',
      'on',
      'silence',
      'silence',
    ]);
    const two = createTestConsole({ bmc: bench.bmc, peer: 'two' }).login();
    expect(powerOf(two.ask(chassisStatus))).toBe('on');
  });

  test('a session that is open already is forgotten too, and its order is not done', () => {
    const bench = createBench();
    const console = administrator(bench);
    bench.faults.set({ forgetsSessions: true });
    expect(console.ask(control('reset'))).toBeUndefined();
    expect(bench.machine.counts().reset).toBe(0);
  });

  test('no timer of the forgotten session is left', () => {
    const bench = createBench({ faults: { forgetsSessions: true } });
    createTestConsole({ bmc: bench.bmc }).login().ask(chassisStatus);
    expect(bench.clock.armed()).toBe(0);
  });
});

describe('wrongSequence', () => {
  const numberOf = (bench: Bench, console: OpenConsole): number => {
    const reply = bench.bmc(console.sealed(chassisStatus), 'console');
    const packet = reply && packetOf(reply);
    if (packet?.format !== 'rmcp+') throw new Error('no answer');
    return packet.sequence;
  };
  const numbers = (bench: Bench, console: OpenConsole) => [1, 2, 3].map(() => numberOf(bench, console));

  test('numbers that leave every window, but for the first', () => {
    const bench = createBench({ faults: { wrongSequence: true } });
    const console = createTestConsole({ bmc: bench.bmc }).login();
    const told = numbers(bench, console);
    expect(told[0]).toBe(1);
    for (const [index, number] of told.entries()) {
      const before = told[index - 1];
      if (before !== undefined) expect(Math.abs(number - before)).toBeGreaterThan(16);
    }
  });

  test('the last number again and again', () => {
    const bench = createBench({ faults: { wrongSequence: 'repeated' } });
    const console = createTestConsole({ bmc: bench.bmc }).login();
    expect(numbers(bench, console)).toEqual([1, 1, 1]);
  });

  test.each(['outOfWindow', 'repeated'] as const)('%s, switched off: the count goes on', (how) => {
    const bench = createBench();
    const console = createTestConsole({ bmc: bench.bmc }).login();
    expect(numbers(bench, console)).toEqual([1, 2, 3]);
    bench.faults.set({ wrongSequence: how });
    numbers(bench, console);
    bench.faults.clear();
    expect(numberOf(bench, console)).toBe(how === 'repeated' ? 4 : 7);
  });
});
