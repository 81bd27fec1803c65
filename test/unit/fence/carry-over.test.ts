import { expect, test } from 'vitest';
import type { FenceAction } from '../../../src/core/outcome.ts';
import type { FenceReport } from '../../../src/events/catalogue.ts';
import type { JobView } from '../../../src/events/view.ts';
import { carriedOver } from '../../../src/fence/carry-over.ts';

const requestedAt = '2026-01-01T00:00:00.000Z';
const startMs = Date.parse(requestedAt);
const powerOnLimitMs = 120_000;

const job = (action: FenceAction, report?: Partial<FenceReport>): JobView => ({
  ...{
    job: 'old',
    server: 'server1',
    action,
    requester: 'test',
    deadlineMs: 15_000,
    requestedAt,
    requestedSeq: 1,
  },
  ...(report && {
    report: {
      ...{
        job: 'old',
        server: 'server1',
        action,
        outcome: 'unknown',
        fenced: false,
        journalled: true,
        steps: [],
      },
      ...report,
    },
  }),
});

const after = (elapsedMs: number, view: JobView) => carriedOver([view], startMs + elapsedMs, powerOnLimitMs);

test('a job without an end is taken up with what is left of its deadline', () => {
  expect(after(5_000, job('off')).interrupted).toEqual([
    { id: 'old', server: 'server1', action: 'off', requester: 'test', remainingMs: 10_000 },
  ]);
  expect(after(20_000, job('off')).interrupted[0]?.remainingMs).toBe(-5_000);
  expect(after(5_000, job('off', { outcome: 'confirmed' })).interrupted).toEqual([]);
});

test.each([
  ['an on without an end', job('on'), true],
  ['an on that ended unknown', job('on', {}), true],
  ['an on that was confirmed', job('on', { outcome: 'confirmed' }), false],
  ['an on that was refused', job('on', { outcome: 'refused' }), false],
  ['a cycle that was to switch on', job('cycle', { restart: { outcome: 'pending' } }), true],
  ['a cycle whose switching on was not seen', job('cycle', { restart: { outcome: 'unknown' } }), true],
  ['a cycle that is back', job('cycle', { restart: { outcome: 'confirmed' } }), false],
  ['a cycle cut off before its proof', job('cycle'), false],
  ['an off', job('off'), false],
] as const)('%s: may the server still come on? %o %s', (_what, view, may) => {
  expect(after(20_000, view).mayComeOn).toEqual(may ? ['server1'] : []);
});

test('a power-on is held to have failed when its time is over', () => {
  expect(after(15_000 + powerOnLimitMs + 1, job('on', {})).mayComeOn).toEqual([]);
});
