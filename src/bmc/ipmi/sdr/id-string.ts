/**
 * Names of sensors and devices, IPMI 2.0 section 43.15: a type/length byte, then that many bytes. Bits 7-6 of it
 * tell how the characters are packed.
 */

const lengthMask = 0x1f;
const bcdPlus = '0123456789 -.:,_';
const sixBitBase = 0x20;
const packing = { unicode: 0, bcdPlus: 1, sixBit: 2, ascii: 3 } as const;

const decodeBcdPlus = (bytes: Buffer): string =>
  [...bytes].map((byte) => `${bcdPlus[byte >> 4]}${bcdPlus[byte & 0x0f]}`).join('');

/** Four characters in three bytes, the lowest bits first. */
const decodeSixBit = (bytes: Buffer): string => {
  let text = '';
  for (let bit = 0; bit + 6 <= bytes.length * 8; bit += 6) {
    const at = bit >> 3;
    const pair = (bytes[at] as number) | ((bytes[at + 1] ?? 0) << 8);
    text += String.fromCharCode(((pair >> (bit & 7)) & 0x3f) + sixBitBase);
  }
  return text;
};

const decoders: Readonly<Record<number, (bytes: Buffer) => string>> = {
  // The encoding "unicode" was never laid down, and firmware that uses it writes Latin letters.
  [packing.unicode]: (bytes) => bytes.toString('latin1'),
  [packing.bcdPlus]: decodeBcdPlus,
  [packing.sixBit]: decodeSixBit,
  [packing.ascii]: (bytes) => bytes.toString('latin1'),
};

/**
 * The name at `at`, cut where the bytes end; control characters become spaces, since a BMC must not steer the
 * terminal it is shown on.
 */
export const decodeIdString = (bytes: Buffer, at: number): string => {
  const head = bytes[at] ?? 0;
  const body = bytes.subarray(at + 1, at + 1 + (head & lengthMask));
  const text = decoders[head >> 6]?.(body) ?? '';
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').trim();
};

export const longestIdString = 16;

/** A name in 8-bit ASCII, cut at {@link longestIdString} characters. */
export const encodeIdString = (name: string): Buffer => {
  const body = Buffer.from(name.slice(0, longestIdString), 'latin1');
  return Buffer.concat([Buffer.from([(packing.ascii << 6) | body.length]), body]);
};
