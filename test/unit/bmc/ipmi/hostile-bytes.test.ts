import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCipherSuiteRecords } from '../../../../src/bmc/ipmi/commands/get-channel-cipher-suites.ts';
import type { Decoded } from '../../../../src/bmc/ipmi/decoded.ts';
import { allCodecs } from './codecs.ts';

const failures = [
  'tooShort',
  'badHeader',
  'badLength',
  'badChecksum',
  'badValue',
  'badPadding',
  'unsupported',
];

/** A decoder may say anything but throw. */
const expectAnswer = (decoded: Decoded<unknown>) => {
  if (!decoded.ok) expect(failures).toContain(decoded.failure);
};

const anyBytes = fc.uint8Array({ maxLength: 120 }).map((array) => Buffer.from(array));
const changes = fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 255 })), {
  minLength: 1,
  maxLength: 4,
});

const changed = (bytes: Buffer, edits: readonly (readonly [number, number])[]): Buffer => {
  const copy = Buffer.from(bytes);
  for (const [at, bits] of edits) {
    const index = at % Math.max(1, copy.length);
    if (index < copy.length) copy[index] = (copy[index] as number) ^ bits;
  }
  return copy;
};

describe.each(allCodecs)('$name', ({ decode, valid }) => {
  test('any bytes get an answer', () => {
    fc.assert(fc.property(anyBytes, (bytes) => expectAnswer(decode(bytes))));
  });

  test('a damaged message gets an answer', () => {
    fc.assert(fc.property(valid, changes, (bytes, edits) => expectAnswer(decode(changed(bytes, edits)))));
  });

  test('a message cut at any byte gets an answer', () => {
    fc.assert(
      fc.property(valid, (bytes) => {
        for (let length = 0; length < bytes.length; length += 1)
          expectAnswer(decode(bytes.subarray(0, length)));
      }),
      { numRuns: 25 },
    );
  });
});

test('a list of cipher suites may be anything', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      expect(decodeCipherSuiteRecords(bytes).length).toBeLessThanOrEqual(bytes.length / 2);
    }),
  );
});
