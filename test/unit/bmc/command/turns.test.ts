import { expect, it } from 'vitest';
import { createTurns } from '../../../../src/bmc/command/turns.ts';
import { type CallOffSignal, createCallOff } from '../../../../src/core/call-off.ts';
import { deadlineIn } from '../../../../src/core/deadline.ts';
import { createLane, type Priority } from '../../../../src/core/lane.ts';
import type { CallLimits } from '../../../../src/core/ports.ts';
import { createVirtualClock, type VirtualClock } from '../../../../src/core/virtual-clock.ts';

const limits = (clock: VirtualClock, priority: Priority, lengthMs = 10_000): CallLimits => ({
  deadline: deadlineIn(clock, lengthMs),
  priority,
});

/** Work that ends when it is called off, or when `end` is called. */
const work = (name: string, log: string[]) => {
  let end: () => void = () => {};
  const run = (signal: CallOffSignal): Promise<string> =>
    new Promise((resolve) => {
      log.push(`${name} starts`);
      const stop = (how: string) => {
        log.push(`${name} ${how}`);
        resolve(how);
      };
      signal.listen(() => stop('is called off'));
      end = () => stop('ends');
    });
  return { run, end: () => end() };
};

const bench = () => {
  const clock = createVirtualClock();
  const log: string[] = [];
  const turns = createTurns(clock, createLane());
  return { clock, log, turns, work: (name: string) => work(name, log) };
};

it('runs one at a time', async () => {
  const { clock, log, turns, work } = bench();
  const [one, two] = [work('one'), work('two')];
  const first = turns.take('act', limits(clock, 'operator'), one.run);
  const second = turns.take('act', limits(clock, 'operator'), two.run);
  await clock.advance(10);
  expect(log).toEqual(['one starts']);
  one.end();
  await clock.advance(10);
  two.end();
  expect([await first, await second]).toEqual(['ends', 'ends']);
});

it('misses its turn at the deadline exactly, and is then never run', async () => {
  const { clock, log, turns, work } = bench();
  const [one, two] = [work('one'), work('two')];
  void turns.take('act', limits(clock, 'operator'), one.run);
  const late = turns.take('act', limits(clock, 'forcedStop', 300), two.run);
  await clock.advance(300);
  expect(await late).toBe('missed');
  one.end();
  await clock.advance(1_000);
  expect(log).toEqual(['one starts', 'one ends']);
  expect(clock.armed()).toBe(0);
});

it('misses its turn when it is called off', async () => {
  const { clock, turns, work } = bench();
  void turns.take('act', limits(clock, 'operator'), work('one').run);
  const { signal, callOff } = createCallOff();
  const waiting = turns.take('act', { ...limits(clock, 'operator'), signal }, work('two').run);
  callOff();
  expect(await waiting).toBe('missed');
});

it('a read gives way to a forced stop, and is done again after it', async () => {
  const { clock, log, turns, work } = bench();
  const [read, stop] = [work('read'), work('stop')];
  const reading = turns.take('read', limits(clock, 'background'), read.run);
  await clock.advance(10);
  const stopping = turns.take('act', limits(clock, 'forcedStop'), stop.run);
  await clock.advance(10);
  stop.end();
  await clock.advance(10);
  await clock.advance(10);
  read.end();
  expect([await reading, await stopping]).toEqual(['ends', 'ends']);
  expect(log).toEqual([
    'read starts',
    'read is called off',
    'stop starts',
    'stop ends',
    'read starts',
    'read ends',
  ]);
});

it.each(['act', 'read'] as const)('a forced stop does not cut off another one (%s)', async (kind) => {
  const { clock, log, turns, work } = bench();
  const one = work('one');
  void turns.take(kind, limits(clock, 'forcedStop'), one.run);
  void turns.take('act', limits(clock, 'forcedStop'), work('two').run);
  await clock.advance(10);
  expect(log).toEqual(['one starts']);
  one.end();
});

it('what acts is never cut off by somebody else', async () => {
  const { clock, log, turns, work } = bench();
  void turns.take('act', limits(clock, 'operator'), work('one').run);
  void turns.take('act', limits(clock, 'forcedStop'), work('two').run);
  await clock.advance(10);
  expect(log).toEqual(['one starts']);
});
