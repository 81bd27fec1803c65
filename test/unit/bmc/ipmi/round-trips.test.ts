import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allCodecs } from './codecs.ts';

describe.each(allCodecs)('$name', ({ roundTrips }) => {
  test('what was encoded is decoded', () => {
    fc.assert(
      fc.property(roundTrips, ({ value, decoded }) => {
        expect(decoded).toEqual({ ok: true, value });
      }),
    );
  });
});
