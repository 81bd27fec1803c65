import type { Clock } from '../../../core/clock.ts';
import type { UdpLink } from '../../../io/udp.ts';
import { type SnmpNotification, v1Message, v2Message, v3Trap } from './encode.ts';
import { exchange } from './inform.ts';
import { readV2Reply } from './reply.ts';
import type { SenderEngine, SnmpTarget } from './target.ts';
import { keysOf } from './usm-user.ts';
import { createV3Informer } from './v3-informer.ts';

export interface MessengerDeps {
  readonly clock: Clock;
  readonly own: SenderEngine;
  /** A number below 2^31 that nobody guesses, for each message. */
  readonly newId: () => number;
}

/** One sender of notifications to one receiver, over any link to it. */
export interface Messenger {
  /** The datagram of a trap; `from` is the address it is sent from. Throws a RangeError where it is too long for one. */
  trap(notification: SnmpNotification, from: string): Buffer;
  /** Undefined where the receiver answered that it has it, else why not. Throws as {@link trap}. */
  inform(link: UdpLink, notification: SnmpNotification): Promise<string | undefined>;
}

const ticksIn = 2 ** 32;

/** How notifications for one receiver become datagrams, or exchanges. */
export const createMessenger = (
  target: Pick<SnmpTarget, 'how' | 'agentAddress' | 'answerMs' | 'tries'>,
  { clock, own, newId }: MessengerDeps,
): Messenger => {
  const { how, answerMs, tries } = target;
  const uptimeTicks = () => Math.floor((own.time() * 100) % ticksIn);
  const keysAt = how.version === 'v3' ? keysOf(how.user) : undefined;
  const v3 = keysAt && createV3Informer({ clock, own, keysAt, newId, uptimeTicks });
  const ownKeys = keysAt?.(own.id);

  const v2Inform = async (
    link: UdpLink,
    notification: SnmpNotification,
    community: Buffer,
  ): Promise<string | undefined> => {
    const id = newId();
    const stamp = { id, uptimeTicks: uptimeTicks() };
    const datagram = v2Message(notification, { kind: 'inform', community }, stamp);
    const read = (bytes: Buffer) => {
      const reply = readV2Reply(bytes);
      return reply?.kind === 'response' && reply.requestId === id ? reply : undefined;
    };
    let failure = '';
    for (let tried = 0; tried < tries; tried += 1) {
      const answer = await exchange({ clock, link, answerMs }, datagram, read);
      if (answer.kind === 'answer') {
        return answer.value.errorStatus === 0
          ? undefined
          : `it answers with error status ${answer.value.errorStatus}`;
      }
      failure = answer.kind === 'fault' ? answer.message : 'it does not answer';
    }
    return failure;
  };

  return {
    trap(notification, from) {
      const stamp = { id: newId(), uptimeTicks: uptimeTicks() };
      if (how.version === 'v1') {
        const said = { community: how.community.reveal(), uptimeTicks: stamp.uptimeTicks, from };
        return v1Message(notification, target, said);
      }
      if (how.version === 'v2c')
        return v2Message(notification, { kind: 'trap', community: how.community.reveal() }, stamp);
      if (!ownKeys) throw new Error('a v3 target has no keys');
      return v3Trap(notification, stamp, { own, keys: ownKeys });
    },
    async inform(link, notification) {
      if (how.version === 'v2c') return v2Inform(link, notification, how.community.reveal());
      return v3?.inform(link, notification, { answerMs, tries });
    },
  };
};
