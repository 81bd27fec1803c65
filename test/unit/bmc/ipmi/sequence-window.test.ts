import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSequenceWindow } from '../../../../src/bmc/ipmi/sequence-window.ts';

const wrap = 2n ** 32n;

/** The window told naively: every number seen is kept, and distances are plain arithmetic (6.12.13). */
const createModel = () => {
  const seen = new Set<number>();
  let highest: number | undefined;
  const distanceFrom = (from: number, to: number): number => {
    const forward = (((BigInt(to) - BigInt(from)) % wrap) + wrap) % wrap;
    return Number(forward < wrap / 2n ? forward : forward - wrap);
  };
  return (sequence: number): boolean => {
    if (sequence === 0 || seen.has(sequence)) return false;
    const distance = highest === undefined ? 1 : distanceFrom(highest, sequence);
    if (distance > 15 || distance < -16) return false;
    seen.add(sequence);
    if (distance > 0) highest = sequence;
    return true;
  };
};

/** Walks of small and some large steps, so that the window is met at both of its ends. */
const walks = fc
  .tuple(
    fc.oneof(fc.constantFrom(1, 3, 0x7ffffff8, 0xfffffff0), fc.integer({ min: 1, max: 0xffffffff })),
    fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: -20, max: 20 }) },
        fc.integer({ min: -1e9, max: 1e9 }),
      ),
      { maxLength: 120 },
    ),
  )
  .map(([start, steps]) => {
    let at = start;
    return [start, ...steps.map((step) => (at = (at + step) >>> 0))];
  });

test('the window says what the naive model says', () => {
  fc.assert(
    fc.property(walks, (numbers) => {
      const window = createSequenceWindow();
      const model = createModel();
      for (const number of numbers) expect(window.accept(number)).toBe(model(number));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['the first number sets the window', [3, 4, 5], [true, true, true]],
  ['a number passes once', [1, 1, 2, 2, 1], [true, false, true, false, false]],
  ['0 is never valid', [0, 1, 0], [false, true, false]],
  ['15 ahead passes, 16 ahead does not', [1, 16, 32], [true, true, false]],
  ['16 behind passes, 17 behind does not', [100, 84, 83], [true, true, false]],
  ['the numbers wrap', [0xfffffffe, 0xffffffff, 1, 2, 0xffffffff], [true, true, true, true, false]],
])('%s', (_name, numbers, expected) => {
  const window = createSequenceWindow();
  expect(numbers.map((number) => window.accept(number))).toEqual(expected);
});
