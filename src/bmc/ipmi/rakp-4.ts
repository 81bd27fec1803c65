import { ok } from '../../core/result.ts';
import { type Decoded, tooShort } from './decoded.ts';

/** RAKP message 4, IPMI 2.0 section 13.23: the BMC's check value, which K_g enters into. */
export interface Rakp4 {
  readonly tag: number;
  readonly status: number;
  readonly consoleSessionId: number;
  readonly code: Buffer;
}

const headLength = 8;

export const encodeRakp4 = (message: Rakp4): Buffer => {
  const head = Buffer.alloc(headLength);
  head[0] = message.tag;
  head[1] = message.status;
  head.writeUInt32LE(message.consoleSessionId, 4);
  return Buffer.concat([head, message.code]);
};

export const decodeRakp4 = (bytes: Buffer): Decoded<Rakp4> => {
  if (bytes.length < headLength) return tooShort;
  return ok({
    tag: bytes[0] as number,
    status: bytes[1] as number,
    consoleSessionId: bytes.readUInt32LE(4),
    code: bytes.subarray(headLength),
  });
};
