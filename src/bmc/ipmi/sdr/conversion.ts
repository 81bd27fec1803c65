/** How raw readings of a sensor become values, IPMI 2.0 sections 36.3 and 36.5. */
export interface AnalogFormat {
  readonly encoding: 'unsigned' | 'onesComplement' | 'twosComplement';
  /** 0 linear, 1-11 a function of {@link linearize}, 70h-7Fh not linear: the factors are those of one reading. */
  readonly linearization: number;
  readonly factors: Factors;
}

/** y = (M x + B 10^K1) 10^K2; M and B have 10 bits, the exponents 4, all of them signed. */
export interface Factors {
  readonly m: number;
  readonly b: number;
  /** K1. */
  readonly bExponent: number;
  /** K2. */
  readonly resultExponent: number;
}

const firstNonLinear = 0x70;

/** Whether the factors must be asked for with each reading (Get Sensor Reading Factors). */
export const isNonLinear = ({ linearization }: AnalogFormat): boolean => linearization >= firstNonLinear;

/** The functions of table 43-1 byte 24, by number. */
const linearize: readonly ((value: number) => number)[] = [
  (value) => value,
  Math.log,
  Math.log10,
  Math.log2,
  Math.exp,
  (value) => 10 ** value,
  (value) => 2 ** value,
  (value) => 1 / value,
  (value) => value ** 2,
  (value) => value ** 3,
  Math.sqrt,
  Math.cbrt,
];

const signed = (raw: number, encoding: AnalogFormat['encoding']): number => {
  if (encoding === 'unsigned' || raw < 0x80) return raw;
  return encoding === 'twosComplement' ? raw - 0x100 : raw - 0xff;
};

/** Digits that are kept: far more than a raw byte holds, and few enough to lose the dust of binary fractions. */
const digits = 9;

/** The value of a raw reading (0-255), or undefined where the formula has none. */
export const convertReading = (raw: number, format: AnalogFormat): number | undefined => {
  const { m, b, bExponent, resultExponent } = format.factors;
  const linear = (m * signed(raw, format.encoding) + b * 10 ** bExponent) * 10 ** resultExponent;
  // What is not linear by itself is linear around each reading.
  const value = isNonLinear(format) ? linear : linearize[format.linearization]?.(linear);
  return value !== undefined && Number.isFinite(value) ? Number(value.toPrecision(digits)) : undefined;
};

/** `bits` bits as a number in two's complement. */
const fromTwos = (value: number, bits: number): number =>
  value >= 2 ** (bits - 1) ? value - 2 ** bits : value;

/** The six bytes of factors in an SDR and in Get Sensor Reading Factors; tolerance and accuracy are passed over. */
export const decodeFactors = (bytes: Buffer, at: number): Factors => {
  const byte = (index: number) => bytes[at + index] ?? 0;
  return {
    m: fromTwos(byte(0) | ((byte(1) & 0xc0) << 2), 10),
    b: fromTwos(byte(2) | ((byte(3) & 0xc0) << 2), 10),
    bExponent: fromTwos(byte(5) & 0x0f, 4),
    resultExponent: fromTwos(byte(5) >> 4, 4),
  };
};

export const factorsLength = 6;

/** The same six bytes, with a tolerance and an accuracy of 0. */
export const encodeFactors = ({ m, b, bExponent, resultExponent }: Factors): Buffer =>
  Buffer.from([
    m & 0xff,
    (m >> 2) & 0xc0,
    b & 0xff,
    (b >> 2) & 0xc0,
    0,
    ((resultExponent & 0x0f) << 4) | (bExponent & 0x0f),
  ]);
