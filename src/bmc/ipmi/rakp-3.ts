import { ok } from '../../core/result.ts';
import { type Decoded, tooShort } from './decoded.ts';

/** RAKP message 3, IPMI 2.0 section 13.22: the console's proof that it knows the password. */
export interface Rakp3 {
  readonly tag: number;
  readonly status: number;
  readonly bmcSessionId: number;
  readonly code: Buffer;
}

const headLength = 8;

export const encodeRakp3 = (message: Rakp3): Buffer => {
  const head = Buffer.alloc(headLength);
  head[0] = message.tag;
  head[1] = message.status;
  head.writeUInt32LE(message.bmcSessionId, 4);
  return Buffer.concat([head, message.code]);
};

export const decodeRakp3 = (bytes: Buffer): Decoded<Rakp3> => {
  if (bytes.length < headLength) return tooShort;
  return ok({
    tag: bytes[0] as number,
    status: bytes[1] as number,
    bmcSessionId: bytes.readUInt32LE(4),
    code: bytes.subarray(headLength),
  });
};
