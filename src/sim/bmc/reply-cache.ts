import type { RequestMessage } from '../../bmc/ipmi/message.ts';
import type { Clock } from '../../core/clock.ts';

/**
 * Answers already given in one session. A client that missed an answer sends its request again in
 * a new packet with the same request number: that must not, say, cycle the power twice.
 */
export interface ReplyCache {
  find(request: RequestMessage): Buffer | undefined;
  remember(request: RequestMessage, reply: Buffer): void;
}

const size = 8;
/** Request numbers come round after 64 requests; an older answer belongs to another request. */
const lifetimeMs = 5000;

export const createReplyCache = (clock: Clock): ReplyCache => {
  const replies = new Map<string, { reply: Buffer; atMs: number }>();
  const keyOf = ({ sequence, netFn, command, data }: RequestMessage) =>
    `${sequence}/${netFn}/${command}/${data.toString('hex')}`;
  return {
    find(request) {
      const entry = replies.get(keyOf(request));
      return entry && clock.nowMs() - entry.atMs < lifetimeMs ? entry.reply : undefined;
    },
    remember(request, reply) {
      const key = keyOf(request);
      replies.delete(key);
      replies.set(key, { reply, atMs: clock.nowMs() });
      const [oldest] = replies.keys();
      if (replies.size > size && oldest !== undefined) replies.delete(oldest);
    },
  };
};
