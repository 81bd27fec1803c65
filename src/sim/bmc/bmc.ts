import { decodeAsf, encodeAsf } from '../../bmc/ipmi/asf.ts';
import { decodeRequest, encodeResponse } from '../../bmc/ipmi/message.ts';
import {
  decodePacket,
  encodeRmcpPlus,
  encodeV15,
  payloadTypes,
  type RmcpPlusPacket,
} from '../../bmc/ipmi/packet.ts';
import { decodeRmcp, encodeRmcp } from '../../bmc/ipmi/rmcp.ts';
import type { CommandTable } from './commands.ts';
import type { Conversation } from './conversation.ts';
import type { Handshake } from './handshake.ts';

/** A BMC as the network sees it: a datagram of `peer` in, at most one datagram out. Never throws. */
export type Bmc = (datagram: Buffer, peer: string) => Buffer | undefined;

type Step = (payload: Buffer, peer: string) => Buffer | undefined;

const outsideSession = (payloadType: number, payload: Buffer): Buffer =>
  encodeRmcpPlus({
    payloadType,
    encrypted: false,
    authenticated: false,
    sessionId: 0,
    sequence: 0,
    payload,
    trailer: Buffer.alloc(0),
  });

export const createBmc = (deps: {
  handshake: Handshake;
  commands: CommandTable;
  conversation: Conversation;
}): Bmc => {
  const { handshake, commands, conversation } = deps;

  const sessionless = (payload: Buffer): Buffer | undefined => {
    const request = decodeRequest(payload);
    const answer = request.ok ? commands(request.value, undefined) : undefined;
    return answer && encodeResponse(answer);
  };

  /** Each payload type of a handshake with the type that answers it and who does. */
  const steps = new Map<number, readonly [number, Step]>([
    [payloadTypes.ipmiMessage, [payloadTypes.ipmiMessage, sessionless]],
    [payloadTypes.openSessionRequest, [payloadTypes.openSessionResponse, handshake.openSession]],
    [payloadTypes.rakp1, [payloadTypes.rakp2, handshake.rakp1]],
    [payloadTypes.rakp3, [payloadTypes.rakp4, handshake.rakp3]],
  ]);

  const beforeSession = (packet: RmcpPlusPacket, peer: string): Buffer | undefined => {
    const step = steps.get(packet.payloadType);
    if (!step || packet.encrypted || packet.authenticated) return undefined;
    const [replyType, run] = step;
    const reply = run(packet.payload, peer);
    return reply && outsideSession(replyType, reply);
  };

  const ping = (body: Buffer): Buffer | undefined => {
    const message = decodeAsf(body);
    if (!message.ok || message.value.type !== 'ping') return undefined;
    return encodeRmcp('asf', encodeAsf({ type: 'pong', tag: message.value.tag, ipmi: true }));
  };

  return (datagram, peer) => {
    const rmcp = decodeRmcp(datagram);
    if (!rmcp.ok) return undefined;
    if (rmcp.value.rmcpClass === 'asf') return ping(rmcp.value.body);
    const packet = decodePacket(rmcp.value.body);
    if (!packet.ok) return undefined;
    if (packet.value.format === 'v1.5') {
      const reply = sessionless(packet.value.payload);
      return reply && encodeV15(reply);
    }
    return packet.value.sessionId === 0
      ? beforeSession(packet.value, peer)
      : conversation(datagram, packet.value);
  };
};
