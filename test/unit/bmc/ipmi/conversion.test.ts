import { expect, test } from 'vitest';
import { type AnalogFormat, convertReading, type Factors } from '../../../../src/bmc/ipmi/sdr/conversion.ts';
import { unitsText } from '../../../../src/bmc/ipmi/tables/units.ts';

const format = (
  factors: Partial<Factors>,
  linearization = 0,
  encoding: AnalogFormat['encoding'] = 'unsigned',
): AnalogFormat => ({
  encoding,
  linearization,
  factors: { m: 1, b: 0, bExponent: 0, resultExponent: 0, ...factors },
});

/** Worked by hand from y = L((M x + B 10^K1) 10^K2), section 36.3. */
test.each([
  ['as it is', 200, format({}), 200],
  ['63 mV steps', 191, format({ m: 63, resultExponent: -3 }), 12.033],
  ['an offset of 50 steps', 201, format({ m: 15, b: 5, bExponent: 1, resultExponent: -3 }), 3.065],
  ['a negative offset', 10, format({ b: -64 }), -54],
  ['a negative slope', 10, format({ m: -2, b: 3, bExponent: 2 }), 280],
  ["two's complement", 0xf6, format({}, 0, 'twosComplement'), -10],
  ["one's complement", 0xf6, format({}, 0, 'onesComplement'), -9],
  ["one's complement of 0", 0xff, format({}, 0, 'onesComplement'), 0],
  ['without the dust of binary fractions', 3, format({ m: 1, resultExponent: -1 }), 0.3],
  ['ln', 1, format({}, 1), 0],
  ['log10', 100, format({}, 2), 2],
  ['log2', 8, format({}, 3), 3],
  ['e^x', 0, format({}, 4), 1],
  ['10^x', 3, format({}, 5), 1000],
  ['2^x', 10, format({}, 6), 1024],
  ['1/x', 4, format({}, 7), 0.25],
  ['x^2', 12, format({}, 8), 144],
  ['x^3', 5, format({}, 9), 125],
  ['square root', 81, format({}, 10), 9],
  ['cube root', 27, format({}, 11), 3],
  ['1/0 is nothing', 0, format({}, 7), undefined],
  ['ln 0 is nothing', 0, format({}, 1), undefined],
  ['the root of a negative number is nothing', 1, format({ m: -1 }, 10), undefined],
  ['a function that is none', 1, format({}, 0x20), undefined],
  ['not linear: with the factors of the reading', 5, format({ m: 7 }, 0x70), 35],
])('%s', (_name, raw, analog, value) => {
  expect(convertReading(raw, analog)).toBe(value);
});

const noUnits = { percentage: false, rate: 0, modifierUse: 'none', base: 0, modifier: 0 } as const;

test.each([
  ['degrees C', { ...noUnits, base: 1 }],
  ['volts', { ...noUnits, base: 4 }],
  ['RPM', { ...noUnits, base: 18 }],
  ['color temperature K', { ...noUnits, base: 65 }],
  ['grams', { ...noUnits, base: 92 }],
  ['unit 93', { ...noUnits, base: 93 }],
  ['%', { ...noUnits, percentage: true }],
  ['% RPM', { ...noUnits, percentage: true, base: 18 }],
  ['bytes / s', { ...noUnits, base: 70, rate: 3 }],
  ['newton * m', { ...noUnits, base: 16, modifierUse: 'multiply', modifier: 34 }],
  ['revolutions / min', { ...noUnits, base: 41, modifierUse: 'divide', modifier: 23 }],
  ['', noUnits],
] as const)('the unit %s', (text, units) => {
  expect(unitsText(units)).toBe(text);
});
