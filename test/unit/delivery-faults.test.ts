import { expect, test } from 'vitest';
import { deliveryFaults, type Heard } from '../support/event-consumer.ts';

const from = (seq: number): Heard => ({ from: seq });
const event = (seq: number): Heard => ({ event: { seq } as never });
const gap = (first: number, to: number): Heard => ({ gap: { from: first, to } });

test.each<[string, readonly Heard[], readonly string[]]>([
  ['events in order', [from(1), event(1), event(2)], []],
  ['what comes again after a restart', [from(1), event(1), event(2), from(2), event(2), event(3)], []],
  [
    'a first subscription that is not the first event',
    [from(3), gap(3, 7), event(8)],
    ['a subscription from 3 after 0'],
  ],
  ['a gap after what was heard', [from(1), event(1), from(2), gap(2, 7), event(8)], []],
  ['one that is left out', [from(1), event(1), event(3)], ['event 3 in place of 2']],
  ['one that comes twice', [from(1), event(1), event(1)], ['event 1 in place of 2']],
  [
    'a restart that leaves one out',
    [from(1), event(1), from(3), event(3)],
    ['a subscription from 3 after 1'],
  ],
  ['a gap that says too little', [from(1), gap(2, 4), event(5)], ['a gap from 2 in place of 1']],
])('%s', (_what, heard, faults) => {
  expect(deliveryFaults(heard)).toEqual(faults);
});
