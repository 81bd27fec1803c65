import { tags } from './tags.ts';

/** Small BER encoders (X.690), definite lengths; each answers one whole element. */

const lengthOf = (length: number): Buffer => {
  if (length < 0x80) return Buffer.of(length);
  if (length <= 0xff) return Buffer.of(0x81, length);
  return Buffer.of(0x82, length >> 8, length & 0xff);
};

export const element = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  if (content.length > 0xffff) throw new RangeError('an SNMP message has 65,535 bytes at most');
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
};

export const sequence = (...parts: readonly Buffer[]): Buffer => element(tags.sequence, ...parts);

export const octets = (bytes: Buffer | string): Buffer =>
  element(tags.octetString, Buffer.from(bytes as string));

/** The least two's complement form of a whole number below 2^53. */
export const integer = (value: number, tag: number = tags.integer): Buffer => {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.unshift(rest & 0xff);
    rest = Math.floor(rest / 256);
  } while (!(rest === 0 && (bytes[0] ?? 0) < 0x80) && !(rest === -1 && (bytes[0] ?? 0) >= 0x80));
  return element(tag, Buffer.from(bytes));
};

const arcBytes = (arc: number): number[] => {
  const bytes = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128))
    bytes.unshift(0x80 + (rest % 128));
  return bytes;
};

/** Dotted numbers, two at least. */
export const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return element(tags.oid, Buffer.from([40 * first + second, ...others].flatMap(arcBytes)));
};

export const nothing: Buffer = element(tags.null);
