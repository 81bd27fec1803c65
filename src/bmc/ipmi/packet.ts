import { fail, ok } from '../../core/result.ts';
import { type Decoded, tooShort } from './decoded.ts';
import { encodeRmcp, rmcpHeaderLength, writeRmcpHeader } from './rmcp.ts';

/**
 * The session wrapper inside an RMCP datagram of class IPMI: the IPMI 1.5 form without
 * authentication, used before a session, or the RMCP+ form (IPMI 2.0 table 13-8).
 */
export type Packet =
  | { readonly format: 'v1.5'; readonly payload: Buffer }
  | {
      readonly format: 'rmcp+';
      readonly payloadType: number;
      readonly encrypted: boolean;
      readonly authenticated: boolean;
      readonly sessionId: number;
      readonly sequence: number;
      readonly payload: Buffer;
      /** What follows the payload: integrity pad and authentication code where `authenticated`. */
      readonly trailer: Buffer;
    };

export type RmcpPlusPacket = Extract<Packet, { format: 'rmcp+' }>;

/** Payload types, IPMI 2.0 table 13-16. */
export const payloadTypes = {
  ipmiMessage: 0x00,
  openSessionRequest: 0x10,
  openSessionResponse: 0x11,
  rakp1: 0x12,
  rakp2: 0x13,
  rakp3: 0x14,
  rakp4: 0x15,
} as const;

const authTypeNone = 0x00;
const authTypeRmcpPlus = 0x06;
const encryptedBit = 0x80;
const authenticatedBit = 0x40;
const v15HeaderLength = 10;
const plusHeaderLength = 12;

/** Where the payload of an RMCP+ packet begins, counted from the start of the datagram. */
export const rmcpPlusPayloadOffset = rmcpHeaderLength + plusHeaderLength;

export const encodeV15 = (payload: Buffer): Buffer => {
  const header = Buffer.alloc(v15HeaderLength);
  header[0] = authTypeNone;
  header[9] = payload.length;
  return encodeRmcp('ipmi', Buffer.concat([header, payload]));
};

/** The header and payload of an RMCP+ packet as one datagram, with `trailer` behind it. */
export const encodeRmcpPlus = (packet: Omit<RmcpPlusPacket, 'format'>): Buffer => {
  const { payload, trailer } = packet;
  const datagram = Buffer.allocUnsafe(rmcpPlusPayloadOffset + payload.length + trailer.length);
  writeRmcpHeader(datagram, 'ipmi');
  const at = rmcpHeaderLength;
  datagram[at] = authTypeRmcpPlus;
  datagram[at + 1] =
    packet.payloadType |
    (packet.encrypted ? encryptedBit : 0) |
    (packet.authenticated ? authenticatedBit : 0);
  datagram.writeUInt32LE(packet.sessionId, at + 2);
  datagram.writeUInt32LE(packet.sequence, at + 6);
  datagram.writeUInt16LE(payload.length, at + 10);
  payload.copy(datagram, rmcpPlusPayloadOffset);
  trailer.copy(datagram, rmcpPlusPayloadOffset + payload.length);
  return datagram;
};

const decodeV15 = (body: Buffer): Decoded<Packet> => {
  if (body.length < v15HeaderLength) return tooShort;
  const length = body[9] as number;
  if (body.length < v15HeaderLength + length) return fail('badLength');
  return ok({ format: 'v1.5', payload: body.subarray(v15HeaderLength, v15HeaderLength + length) });
};

const decodeRmcpPlus = (body: Buffer): Decoded<Packet> => {
  if (body.length < plusHeaderLength) return tooShort;
  const typeByte = body[1] as number;
  const length = body.readUInt16LE(10);
  const end = plusHeaderLength + length;
  if (body.length < end) return fail('badLength');
  return ok({
    format: 'rmcp+',
    payloadType: typeByte & 0x3f,
    encrypted: (typeByte & encryptedBit) !== 0,
    authenticated: (typeByte & authenticatedBit) !== 0,
    sessionId: body.readUInt32LE(2),
    sequence: body.readUInt32LE(6),
    payload: body.subarray(plusHeaderLength, end),
    trailer: body.subarray(end),
  });
};

/** Decodes the body of an RMCP datagram of class IPMI. IPMI 1.5 authentication is not spoken. */
export const decodePacket = (body: Buffer): Decoded<Packet> => {
  if (body.length < 1) return tooShort;
  if (body[0] === authTypeNone) return decodeV15(body);
  if (body[0] === authTypeRmcpPlus) return decodeRmcpPlus(body);
  return fail('unsupported');
};
