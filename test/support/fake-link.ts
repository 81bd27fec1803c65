import type { Clock } from '../../src/core/clock.ts';
import type { UdpFault, UdpLink } from '../../src/io/udp.ts';

/** A UDP link of a test: what was sent and when, and what the far side says. */
export interface FakeLink extends UdpLink {
  readonly sent: { readonly atMs: number; readonly datagram: Buffer }[];
  /** Called with every datagram that is sent. */
  onSend: (datagram: Buffer) => void;
  deliver(datagram: Buffer): void;
  fault(fault: UdpFault): void;
  isOpen(): boolean;
}

export const createFakeLink = (clock: Clock): FakeLink => {
  let onDatagram = (_datagram: Buffer): void => {};
  let onFault = (_fault: UdpFault): void => {};
  let open = true;
  const link: FakeLink = {
    localAddress: '127.0.0.1',
    sent: [],
    onSend: () => {},
    send(datagram) {
      link.sent.push({ atMs: clock.nowMs(), datagram });
      link.onSend(datagram);
    },
    receive(datagramReceiver, faultReceiver) {
      onDatagram = datagramReceiver;
      onFault = faultReceiver;
    },
    close() {
      open = false;
    },
    deliver: (datagram) => onDatagram(datagram),
    fault: (fault) => onFault(fault),
    isOpen: () => open,
  };
  return link;
};
