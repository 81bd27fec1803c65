import { decodeRequest, encodeResponse, type RequestMessage } from '../../bmc/ipmi/message.ts';
import { payloadTypes, type RmcpPlusPacket } from '../../bmc/ipmi/packet.ts';
import { seal, unseal } from '../../bmc/ipmi/sealed.ts';
import type { CommandTable } from './commands.ts';
import type { ActiveSession, SessionSlot, SessionTable } from './sessions.ts';

/** The packets of open sessions: checked, unsealed, answered. Whatever is wrong with one is silence. */
export type Conversation = (datagram: Buffer, packet: RmcpPlusPacket) => Buffer | undefined;

const nextSequence = (active: ActiveSession): number => {
  active.sentSequence = active.sentSequence >= 0xffffffff ? 1 : active.sentSequence + 1;
  return active.sentSequence;
};

export const createConversation = (deps: {
  sessions: SessionTable;
  commands: CommandTable;
}): Conversation => {
  const { sessions, commands } = deps;

  const answer = (slot: SessionSlot, active: ActiveSession, request: RequestMessage): Buffer => {
    const known = active.replies.find(request);
    if (known) return known;
    let over = false;
    const end = () => {
      over = true;
    };
    const reply = encodeResponse(commands(request, { bmcSessionId: slot.bmcSessionId, active, end }));
    active.replies.remember(request, reply);
    if (over) sessions.close(slot, 'closed');
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
    return seal(active.protection, {
      payloadType: payloadTypes.ipmiMessage,
      sessionId: slot.consoleSessionId,
      sequence: nextSequence(active),
      payload: answer(slot, active, request.value),
    });
  };
};
