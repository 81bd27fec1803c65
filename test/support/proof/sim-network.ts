import type { Clock } from '../../../src/core/clock.ts';
import type { ConnectUdp, UdpFault, UdpLink } from '../../../src/io/udp.ts';
import type { Simulation } from '../../../src/sim/bmc/simulate.ts';

/** What is at an address: a BMC, a machine without one (its port is closed), or nothing there is a way to. */
export type Place = Simulation | 'closedPort' | 'noRoute';

/** A network without sockets between the native client and simulated BMCs, on one clock. */
export interface SimNetwork {
  readonly connect: ConnectUdp;
  /** Puts something at an address, in place of what was there; conversations under way meet it too. */
  place(host: string, place: Place): void;
  /** How many links the client holds open: a test's way to see that none was left behind. */
  openLinks(): number;
  /** How many datagrams the client has sent. */
  sent(): number;
}

const faultOf: Readonly<Record<'closedPort' | 'noRoute', UdpFault>> = {
  closedPort: 'refused',
  noRoute: 'unreachable',
};

interface Receivers {
  onDatagram(datagram: Buffer): void;
  onFault(fault: UdpFault): void;
}

const deaf: Receivers = { onDatagram: () => {}, onFault: () => {} };

/** `latencyMs` is the time a datagram takes one way. Like a connected socket, a link drops what comes from another port. */
export const createSimNetwork = (clock: Clock, latencyMs: number): SimNetwork => {
  const places = new Map<string, Place>();
  let links = 0;
  let openLinks = 0;
  let sent = 0;

  const createLink = (host: string, peer: string): UdpLink => {
    let receivers = deaf;
    let open = true;
    const arrive = (datagram: Buffer) => {
      const place = places.get(host) ?? 'noRoute';
      if (typeof place === 'string') return receivers.onFault(faultOf[place]);
      place.receive(datagram, peer, (answer, from) => {
        // A network hands over copies: neither side may see the other's buffer change.
        const copy = Buffer.from(answer);
        if (!from) clock.after(latencyMs, () => receivers.onDatagram(copy));
      });
    };
    return {
      localAddress: '127.0.0.1',
      send(datagram) {
        const copy = Buffer.from(datagram);
        sent += 1;
        if (open) clock.after(latencyMs, () => arrive(copy));
      },
      receive(onDatagram, onFault) {
        if (open) receivers = { onDatagram, onFault };
      },
      close() {
        if (open) openLinks -= 1;
        open = false;
        receivers = deaf;
      },
    };
  };

  return {
    async connect(host) {
      links += 1;
      openLinks += 1;
      return createLink(host, `console ${links}`);
    },
    place: (host, place) => void places.set(host, place),
    openLinks: () => openLinks,
    sent: () => sent,
  };
};
