import { fail, ok } from '../../core/result.ts';
import { type Decoded, tooShort } from './decoded.ts';

/** RAKP message 1, IPMI 2.0 section 13.20. */
export interface Rakp1 {
  readonly tag: number;
  readonly bmcSessionId: number;
  readonly consoleRandom: Buffer;
  /** Bits 3-0 the privilege asked for, bit 4 {@link nameOnlyLookup}. */
  readonly role: number;
  /** At most 16 bytes. */
  readonly userName: Buffer;
}

/** Find the user by name alone, not by name and privilege: the least privilege then still logs in. */
export const nameOnlyLookup = 0x10;

export const longestUserName = 16;
const headLength = 28;

export const encodeRakp1 = (message: Rakp1): Buffer => {
  const head = Buffer.alloc(headLength);
  head[0] = message.tag;
  head.writeUInt32LE(message.bmcSessionId, 4);
  message.consoleRandom.copy(head, 8);
  head[24] = message.role;
  head[27] = message.userName.length;
  return Buffer.concat([head, message.userName]);
};

export const decodeRakp1 = (bytes: Buffer): Decoded<Rakp1> => {
  if (bytes.length < headLength) return tooShort;
  const nameLength = bytes[27] as number;
  if (nameLength > longestUserName) return fail('badValue');
  if (bytes.length < headLength + nameLength) return tooShort;
  return ok({
    tag: bytes[0] as number,
    bmcSessionId: bytes.readUInt32LE(4),
    consoleRandom: bytes.subarray(8, 24),
    role: bytes[24] as number,
    userName: bytes.subarray(headLength, headLength + nameLength),
  });
};
