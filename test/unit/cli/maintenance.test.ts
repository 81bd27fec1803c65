import { expect, test } from 'vitest';
import { parseUntil } from '../../../src/cli/commands/maintenance.ts';

const nowMs = Date.UTC(2026, 0, 1, 12);

test.each([
  ['30m', '2026-01-01T12:30:00.000Z'],
  ['2h', '2026-01-01T14:00:00.000Z'],
  ['1d', '2026-01-02T12:00:00.000Z'],
  ['2026-01-31T18:00Z', '2026-01-31T18:00:00.000Z'],
  ['2026-01-31T18:00:30+09:00', '2026-01-31T09:00:30.000Z'],
  ['2026-01-31T18:00', new Date(2026, 0, 31, 18).toISOString()],
])('%s is %s', (text, time) => {
  expect(parseUntil(text, nowMs)).toBe(time);
});

test.each(['', 'soon', '2', '-2h', '2026-01-31', '2026-13-31T18:00Z', '18:00', '2026'])(
  '"%s" is no time',
  (text) => {
    expect(parseUntil(text, nowMs)).toBeUndefined();
  },
);
