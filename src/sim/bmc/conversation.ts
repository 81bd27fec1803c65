import { decodeRequest, encodeResponse, type RequestMessage } from '../../bmc/ipmi/message.ts';
import { payloadTypes, type RmcpPlusPacket } from '../../bmc/ipmi/packet.ts';
import { seal, unseal } from '../../bmc/ipmi/sealed.ts';
import type { CommandTable } from './commands.ts';
import type { Numbering } from './numbering.ts';
import type { ActiveSession, SessionSlot, SessionTable } from './sessions.ts';

/** The packets of open sessions: checked, unsealed, answered. Whatever is wrong with one is silence. */
export type Conversation = (datagram: Buffer, packet: RmcpPlusPacket) => Buffer | undefined;

export const createConversation = (deps: {
  sessions: SessionTable;
  commands: CommandTable;
  numbering: Numbering;
}): Conversation => {
  const { sessions, commands, numbering } = deps;

  /** An answer that is never given is not remembered either: the request would be done again. */
  const answer = (slot: SessionSlot, active: ActiveSession, request: RequestMessage): Buffer | undefined => {
    const known = active.replies.find(request);
    if (known) return known;
    let over = false;
    const end = () => {
      over = true;
    };
    const response = commands(request, { slot, active, end });
    if (over) sessions.close(slot, 'closed');
    if (!response) return undefined;
    const reply = encodeResponse(response);
    active.replies.remember(request, reply);
    return reply;
  };

  return (datagram, packet) => {
    const slot = sessions.find(packet.sessionId);
    const active = slot?.active;
    if (!slot || !active || packet.payloadType !== payloadTypes.ipmiMessage) return undefined;
    const unsealed = unseal(active.protection, datagram, packet);
    if (!unsealed.ok || !active.window.accept(packet.sequence)) return undefined;
    sessions.touch(slot);
    const request = decodeRequest(unsealed.value);
    if (!request.ok) return undefined;
    const payload = answer(slot, active, request.value);
    if (!payload) return undefined;
    return seal(active.protection, {
      payloadType: payloadTypes.ipmiMessage,
      sessionId: slot.consoleSessionId,
      sequence: numbering(active),
      payload,
    });
  };
};
