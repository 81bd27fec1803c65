import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventWords, stateWords } from '../../../../src/bmc/ipmi/tables/event-words.ts';

test.each([
  [1, 0x01, 9, true, 'Temperature: upper critical, going high'],
  [1, 0x01, 9, false, 'Temperature: upper critical, going high, deasserted'],
  [4, 0x01, 2, true, 'Fan: lower critical, going low'],
  [8, 0x6f, 3, true, 'Power Supply: power supply input lost (AC/DC)'],
  [8, 0x0b, 1, true, 'Power Supply: redundancy lost'],
  [35, 0x6f, 1, true, 'Watchdog 2: hard reset'],
  [33, 0x6f, 2, true, 'Slot or Connector: device installed or attached'],
  [1, 0x6f, 0, true, 'Temperature: state 0 of event type 6Fh'],
  [8, 0x6f, 14, true, 'Power Supply: state 14 of event type 6Fh'],
  [8, 0x0d, 0, true, 'Power Supply: state 0 of event type 0Dh'],
  [8, 0x00, 0, true, 'Power Supply: state 0 of event type 00h'],
  [8, 0x72, 3, true, 'Power Supply: OEM state 3 of event type 72h'],
  [0x30, 0x03, 1, true, 'reserved sensor type 30h: state asserted'],
  [0xc5, 0x03, 1, false, 'OEM sensor type C5h: state asserted, deasserted'],
])(
  'sensor type %i, event type %i, offset %i, asserted %s',
  (sensorType, eventType, offset, asserted, words) => {
    expect(eventWords({ sensorType, eventType, offset, asserted })).toBe(words);
  },
);

test('any numbers have words', () => {
  const byte = fc.nat(255);
  fc.assert(
    fc.property(byte, byte, byte, (sensorType, eventType, offset) => {
      expect(stateWords({ sensorType, eventType, offset })).toMatch(/^[\w(]/);
    }),
  );
});
