import type { CallOffSignal } from '../../../core/call-off.ts';
import type { Clock } from '../../../core/clock.ts';
import { messageOf } from '../../../core/errors.ts';
import type { ConnectUdp, UdpLink } from '../../../io/udp.ts';
import type { Sent } from '../../spool/sink.ts';
import type { AddressOf } from '../address-book.ts';
import type { Notice } from '../notice.ts';
import type { NoticeSender } from '../sender.ts';
import { sendBurst } from '../udp-burst.ts';
import { v1Message, v2Message, v3Trap } from './encode.ts';
import { exchange } from './inform.ts';
import { readV2Reply } from './reply.ts';
import type { SenderEngine, SnmpTarget } from './target.ts';
import { keysOf } from './usm-user.ts';
import { createV3Informer } from './v3-informer.ts';

export interface SnmpSenderDeps {
  readonly clock: Clock;
  readonly connect: ConnectUdp;
  readonly addressOf: AddressOf;
  readonly own: SenderEngine;
  /** A number below 2^31 that nobody guesses, for each message. */
  readonly newId: () => number;
}

const ticksIn = 2 ** 32;
/** Traps in one burst: what the smallest receive buffer holds. */
const trapWindow = 16;

/** Messages for one target: how each becomes a datagram, or an exchange. */
const createMessenger = (target: SnmpTarget, { clock, own, newId }: SnmpSenderDeps) => {
  const { how, baseOid, answerMs, tries } = target;
  const uptimeTicks = () => Math.floor((own.time() * 100) % ticksIn);
  const keysAt = how.version === 'v3' ? keysOf(how.user) : undefined;
  const v3 = keysAt && createV3Informer({ clock, own, keysAt, newId, uptimeTicks });
  const ownKeys = keysAt?.(own.id);

  const v2Inform = async (link: UdpLink, notice: Notice, community: Buffer): Promise<string | undefined> => {
    const id = newId();
    const datagram = v2Message(
      notice,
      { baseOid, kind: 'inform', community },
      { id, uptimeTicks: uptimeTicks() },
    );
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
    trap(notice: Notice, from: string): Buffer {
      const stamp = { id: newId(), uptimeTicks: uptimeTicks() };
      if (how.version === 'v1') {
        const said = { community: how.community.reveal(), uptimeTicks: stamp.uptimeTicks, from };
        return v1Message(notice, target, said);
      }
      if (how.version === 'v2c')
        return v2Message(notice, { baseOid, kind: 'trap', community: how.community.reveal() }, stamp);
      if (!ownKeys) throw new Error('a v3 target has no keys');
      return v3Trap(notice, baseOid, stamp, { own, keys: ownKeys });
    },
    async inform(link: UdpLink, notice: Notice): Promise<string | undefined> {
      if (how.version === 'v2c') return v2Inform(link, notice, how.community.reveal());
      return v3?.inform(link, notice, { baseOid, answerMs, tries });
    },
  };
};

/** Keeps the link to a target while its address stays the same. */
const createLinks = ({ host, port }: SnmpTarget, { connect, addressOf }: SnmpSenderDeps) => {
  let link: UdpLink | undefined;
  let to = '';
  const close = () => {
    link?.close();
    link = undefined;
  };
  return {
    async open(): Promise<UdpLink> {
      const address = await addressOf(host);
      if (link && address === to) return link;
      close();
      to = address;
      link = await connect(address, port);
      return link;
    },
    close,
  };
};

/**
 * Sends notices as SNMP notifications. An inform is sent once its receiver has answered the one before it; a trap that
 * nobody objected to counts as taken, which is all that a trap can tell.
 */
export const createSnmpSender = (target: SnmpTarget, deps: SnmpSenderDeps): NoticeSender => {
  const messenger = createMessenger(target, deps);
  const links = createLinks(target, deps);

  const informAll = async (
    link: UdpLink,
    notices: readonly Notice[],
    signal: CallOffSignal,
  ): Promise<Sent> => {
    let taken = 0;
    for (const notice of notices) {
      if (signal.calledOff) return { taken };
      const failure = await messenger.inform(link, notice);
      if (failure !== undefined) return { taken, failure };
      taken += 1;
    }
    return { taken };
  };
  const trapAll = async (link: UdpLink, notices: readonly Notice[]): Promise<Sent> => {
    const datagrams = notices.map((notice) => messenger.trap(notice, link.localAddress));
    const failure = await sendBurst(deps.clock, link, datagrams);
    return failure === undefined ? { taken: notices.length } : { taken: 0, failure };
  };

  return {
    window: target.how.kind === 'trap' ? trapWindow : 1,
    proof: target.how.kind === 'inform' ? 'answered' : 'sent',
    async send(notices, signal) {
      try {
        const link = await links.open();
        if (target.how.kind === 'inform') return await informAll(link, notices, signal);
        return await trapAll(link, notices);
      } catch (error) {
        links.close();
        return { taken: 0, failure: messageOf(error) };
      }
    },
    async close() {
      links.close();
    },
  };
};
