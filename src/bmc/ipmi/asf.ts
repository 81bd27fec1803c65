import { fail, ok } from '../../core/result.ts';
import { type Decoded, tooShort } from './decoded.ts';

/**
 * ASF presence ping and pong, IPMI 2.0 sections 13.2.3 and 13.2.4: the one question a BMC answers
 * without any session. Body of an RMCP datagram of class ASF.
 */
export type AsfMessage =
  | { readonly type: 'ping'; readonly tag: number }
  | { readonly type: 'pong'; readonly tag: number; readonly ipmi: boolean };

const asfIana = 4542;
const types = { ping: 0x80, pong: 0x40 } as const;
const headerLength = 8;
const pongDataLength = 16;
/** Bit 7 of "supported entities": the device speaks IPMI. */
const ipmiBit = 0x80;

export const encodeAsf = (message: AsfMessage): Buffer => {
  const bytes = Buffer.alloc(headerLength + (message.type === 'pong' ? pongDataLength : 0));
  bytes.writeUInt32BE(asfIana, 0);
  bytes[4] = types[message.type];
  bytes[5] = message.tag;
  if (message.type === 'pong') {
    bytes[7] = pongDataLength;
    bytes.writeUInt32BE(asfIana, headerLength);
    bytes[headerLength + 8] = message.ipmi ? ipmiBit | 0x01 : 0x01;
  }
  return bytes;
};

export const decodeAsf = (body: Buffer): Decoded<AsfMessage> => {
  if (body.length < headerLength) return tooShort;
  if (body.readUInt32BE(0) !== asfIana) return fail('badHeader');
  const tag = body[5] as number;
  const length = body[7] as number;
  if (body[4] === types.ping) return length === 0 ? ok({ type: 'ping', tag }) : fail('badLength');
  if (body[4] !== types.pong) return fail('unsupported');
  if (length < pongDataLength || body.length < headerLength + length) return tooShort;
  const entities = body[headerLength + 8] as number;
  return ok({ type: 'pong', tag, ipmi: (entities & ipmiBit) !== 0 });
};
