import type { CallOffSignal } from '../../../core/call-off.ts';
import { messageOf } from '../../../core/errors.ts';
import type { ConnectUdp, UdpLink } from '../../../io/udp.ts';
import type { Sent } from '../../spool/sink.ts';
import type { AddressOf } from '../address-book.ts';
import type { Notice } from '../notice.ts';
import type { NoticeSender } from '../sender.ts';
import { sendBurst } from '../udp-burst.ts';
import { createMessenger, type MessengerDeps } from './messenger.ts';
import { notificationOf } from './objects.ts';
import type { SnmpTarget } from './target.ts';

export interface SnmpSenderDeps extends MessengerDeps {
  readonly connect: ConnectUdp;
  readonly addressOf: AddressOf;
}

/** Traps in one burst: what the smallest receive buffer holds. */
const trapWindow = 16;

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
  const said = (notice: Notice) => notificationOf(target.baseOid, notice);

  const informAll = async (
    link: UdpLink,
    notices: readonly Notice[],
    signal: CallOffSignal,
  ): Promise<Sent> => {
    let taken = 0;
    for (const notice of notices) {
      if (signal.calledOff) return { taken };
      const failure = await messenger.inform(link, said(notice));
      if (failure !== undefined) return { taken, failure };
      taken += 1;
    }
    return { taken };
  };
  const trapAll = async (link: UdpLink, notices: readonly Notice[]): Promise<Sent> => {
    const datagrams = notices.map((notice) => messenger.trap(said(notice), link.localAddress));
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
