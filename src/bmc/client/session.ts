import type { Clock } from '../../core/clock.ts';
import { sleep } from '../../core/clock.ts';
import { deadlineIn } from '../../core/deadline.ts';
import { CodedError } from '../../core/errors.ts';
import type { CallLimits } from '../../core/ports.ts';
import type { IpmiCommand } from '../ipmi/command.ts';
import { closeSession } from '../ipmi/commands/close-session.ts';
import { isPassingCompletion } from '../ipmi/completion-codes.ts';
import { decodeResponse, encodeRequest, type RequestMessage, type ResponseMessage } from '../ipmi/message.ts';
import { payloadTypes } from '../ipmi/packet.ts';
import { seal, unseal } from '../ipmi/sealed.ts';
import { createSequenceWindow } from '../ipmi/sequence-window.ts';
import { rmcpPlusPacket } from './datagram.ts';
import type { Exchange } from './exchange.ts';
import { completionError, mayHaveBeenDone } from './failures.ts';
import type { Established } from './handshake.ts';

/** An established RMCP+ session: the only place from which commands to a server can be sent. */
export interface IpmiSession {
  /** The answer's data. Repeats itself while the BMC is busy; throws a CodedError with a `bmc.*` code. */
  request<Request, Response>(
    command: IpmiCommand<Request, Response>,
    request: Request,
    limits: CallLimits,
  ): Promise<Response>;
  /** Sends the command exactly once and answers its completion code. Throws where it may have been done. */
  requestOnce<Request, Response>(
    command: IpmiCommand<Request, Response>,
    request: Request,
    limits: CallLimits,
  ): Promise<number>;
  /** Frees the slot in the BMC; never throws and takes at most {@link closeLimitMs}. */
  close(): Promise<void>;
}

interface SessionDeps {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly address: string;
  readonly established: Established;
}

const closeLimitMs = 700;
/** How long the answer to a command that may not be repeated is waited for, before the state is read instead. */
const onceLimitMs = 1000;
const busyPauseMs = 100;
/** How long a busy BMC is asked again within one call; then whoever asks is told, and decides. */
const busyLimitMs = 2000;

/** Wraps outgoing requests and unwraps incoming replies of one session. */
const createEnvelope = ({ protection, consoleSessionId, bmcSessionId }: Established) => {
  const window = createSequenceWindow();
  let sequence = 0;
  const nextSequence = () => {
    sequence = sequence === 0xffffffff ? 1 : sequence + 1;
    return sequence;
  };
  return {
    wrap: (payload: Buffer): Buffer =>
      seal(protection, {
        payloadType: payloadTypes.ipmiMessage,
        sessionId: bmcSessionId,
        sequence: nextSequence(),
        payload,
      }),
    unwrap(datagram: Buffer): ResponseMessage | undefined {
      const packet = rmcpPlusPacket(datagram);
      if (packet?.sessionId !== consoleSessionId || packet.payloadType !== payloadTypes.ipmiMessage) {
        return undefined;
      }
      const payload = unseal(protection, datagram, packet);
      if (!payload.ok || !window.accept(packet.sequence)) return undefined;
      const message = decodeResponse(payload.value);
      return message.ok ? message.value : undefined;
    },
  };
};

/**
 * Closes a session that the BMC may have opened, without waiting for an answer: nobody saw RAKP 4, and its slot
 * would be taken until the BMC's idle limit.
 */
export const closeUnseen = (exchange: Exchange, established: Established): void => {
  const { netFn, command, encodeRequest: encodeData } = closeSession;
  const message = { netFn, command, sequence: 0, data: encodeData(established.bmcSessionId) };
  exchange.tell(createEnvelope(established).wrap(encodeRequest(message)));
};

/** A session over `exchange`, with the keys of its handshake. */
export const createSession = ({ exchange, clock, address, established }: SessionDeps): IpmiSession => {
  const envelope = createEnvelope(established);
  let messageSequence = 0;

  const numbered = <Request, Response>(
    { netFn, command, encodeRequest: encodeData }: IpmiCommand<Request, Response>,
    request: Request,
  ): RequestMessage => {
    messageSequence = (messageSequence + 1) & 0x3f;
    return { netFn, command, sequence: messageSequence, data: encodeData(request) };
  };

  const send = <Request, Response>(
    command: IpmiCommand<Request, Response>,
    request: Request,
    limits: CallLimits,
    once: boolean,
  ): Promise<ResponseMessage> => {
    const asked = numbered(command, request);
    const { netFn, command: number, sequence } = asked;
    const message = encodeRequest(asked);
    const isReply = (reply: ResponseMessage) =>
      reply.sequence === sequence && reply.netFn === netFn && reply.command === number;
    const question = {
      frame: () => envelope.wrap(message),
      resend: !once,
      read(datagram: Buffer) {
        const reply = envelope.unwrap(datagram);
        return reply && isReply(reply) ? reply : undefined;
      },
      ...(once ? { limitMs: onceLimitMs } : {}),
    };
    return exchange.ask(question, limits);
  };

  const session: IpmiSession = {
    async request(command, request, limits) {
      const busyUntilMs = Math.min(limits.deadline.atMs, clock.nowMs() + busyLimitMs) - 2 * busyPauseMs;
      for (;;) {
        const reply = await send(command, request, limits, false);
        if (reply.completionCode === 0) {
          const response = command.decodeResponse(reply.data);
          if (response.ok) return response.value;
          throw new CodedError(
            'bmc.protocol',
            `${address} answered ${command.name} unreadably (${response.failure})`,
          );
        }
        const again = isPassingCompletion(reply.completionCode) && clock.nowMs() < busyUntilMs;
        if (!again) throw completionError(address, command.name, reply.completionCode);
        await sleep(clock, busyPauseMs);
      }
    },
    async requestOnce(command, request, limits) {
      const { completionCode } = await send(command, request, limits, true);
      if (mayHaveBeenDone(completionCode)) throw completionError(address, command.name, completionCode);
      return completionCode;
    },
    async close() {
      const limits: CallLimits = { deadline: deadlineIn(clock, closeLimitMs), priority: 'operator' };
      try {
        await send(closeSession, established.bmcSessionId, limits, false);
      } catch {
        // It may never have had its turn: slots are few, so one goodbye goes out in any case. The rest is the
        // BMC's, which drops an idle session by itself.
        exchange.tell(envelope.wrap(encodeRequest(numbered(closeSession, established.bmcSessionId))));
      } finally {
        exchange.close();
      }
    },
  };
  return session;
};
