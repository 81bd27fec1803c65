import { decodeResponse, encodeRequest, type RequestMessage, type ResponseMessage } from '../ipmi/message.ts';
import { decodePacket, encodeRmcpPlus, encodeV15, type RmcpPlusPacket } from '../ipmi/packet.ts';
import { decodeRmcp } from '../ipmi/rmcp.ts';

/** Builds and reads whole datagrams outside of a session; undecodable ones read as undefined. */

const noTrailer = Buffer.alloc(0);

export const plainRequest = (message: RequestMessage): Buffer => encodeV15(encodeRequest(message));

export const plainResponse = (datagram: Buffer): ResponseMessage | undefined => {
  const rmcp = decodeRmcp(datagram);
  if (!rmcp.ok || rmcp.value.rmcpClass !== 'ipmi') return undefined;
  const packet = decodePacket(rmcp.value.body);
  if (!packet.ok || packet.value.format !== 'v1.5') return undefined;
  const message = decodeResponse(packet.value.payload);
  return message.ok ? message.value : undefined;
};

/** A handshake payload: RMCP+ with session id and sequence 0, section 13.6. */
export const handshakeDatagram = (payloadType: number, payload: Buffer): Buffer =>
  encodeRmcpPlus({
    payloadType,
    payload,
    encrypted: false,
    authenticated: false,
    sessionId: 0,
    sequence: 0,
    trailer: noTrailer,
  });

export const rmcpPlusPacket = (datagram: Buffer): RmcpPlusPacket | undefined => {
  const rmcp = decodeRmcp(datagram);
  if (!rmcp.ok || rmcp.value.rmcpClass !== 'ipmi') return undefined;
  const packet = decodePacket(rmcp.value.body);
  return packet.ok && packet.value.format === 'rmcp+' ? packet.value : undefined;
};

/** The payload of a handshake datagram of the wanted type. */
export const handshakePayload = (datagram: Buffer, payloadType: number): Buffer | undefined => {
  const packet = rmcpPlusPacket(datagram);
  if (!packet || packet.payloadType !== payloadType || packet.encrypted || packet.authenticated)
    return undefined;
  return packet.payload;
};
