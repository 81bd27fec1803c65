import { expect, it } from 'vitest';
import { createRetries } from '../../../src/snmp-trap/judge/retries.ts';

const names = (from: number, count: number) => Array.from({ length: count }, (_, index) => `${from + index}`);

it('knows the last half of what it may hold, and never holds more', () => {
  const retries = createRetries(10, 1_000);
  for (const [index, name] of names(0, 97).entries()) {
    retries.remember(name, index);
    expect(retries.size()).toBeLessThanOrEqual(10);
    for (const recent of names(Math.max(0, index - 4), Math.min(5, index + 1)))
      expect(retries.has(recent, index)).toBe(true);
  }
  expect(retries.has('80', 97)).toBe(false);
});

it('knows nothing that is too old, and lets it go', () => {
  const retries = createRetries(4, 1_000);
  for (const [index, name] of names(0, 4).entries()) retries.remember(name, index * 100);
  expect(retries.has('1', 1_100)).toBe(true);
  expect(retries.has('1', 1_101)).toBe(false);
  retries.expire(1_200);
  expect(retries.size()).toBe(2);
  retries.expire(1_301);
  expect(retries.size()).toBe(0);
});

it('counts the time anew for one that comes again', () => {
  const retries = createRetries(4, 1_000);
  for (const name of ['a', 'b', 'c']) retries.remember(name, 0);
  retries.remember('a', 900);
  expect(retries.has('a', 1_500)).toBe(true);
  expect(retries.has('c', 1_500)).toBe(false);
});
