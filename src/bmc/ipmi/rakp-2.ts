import { ok } from '../../core/result.ts';
import { type Decoded, tooShort } from './decoded.ts';

/** RAKP message 2, IPMI 2.0 section 13.21; without `accepted` where the status is an error. */
export interface Rakp2 {
  readonly tag: number;
  readonly status: number;
  readonly consoleSessionId: number;
  readonly accepted?: {
    readonly bmcRandom: Buffer;
    readonly bmcGuid: Buffer;
    /** Proves that the BMC knows the user's password. */
    readonly code: Buffer;
  };
}

const headLength = 8;

export const encodeRakp2 = (message: Rakp2): Buffer => {
  const head = Buffer.alloc(headLength);
  head[0] = message.tag;
  head[1] = message.status;
  head.writeUInt32LE(message.consoleSessionId, 4);
  if (!message.accepted) return head;
  const { bmcRandom, bmcGuid, code } = message.accepted;
  return Buffer.concat([head, bmcRandom, bmcGuid, code]);
};

export const decodeRakp2 = (bytes: Buffer): Decoded<Rakp2> => {
  if (bytes.length < headLength) return tooShort;
  const head = {
    tag: bytes[0] as number,
    status: bytes[1] as number,
    consoleSessionId: bytes.readUInt32LE(4),
  };
  if (head.status !== 0) return ok(head);
  if (bytes.length < headLength + 32) return tooShort;
  return ok({
    ...head,
    accepted: {
      bmcRandom: bytes.subarray(8, 24),
      bmcGuid: bytes.subarray(24, 40),
      code: bytes.subarray(40),
    },
  });
};
