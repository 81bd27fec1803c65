import type { Bmc } from './bmc.ts';

/** Hands a datagram on; an answer leaves by the BMC's own port, unless it is said otherwise. */
export type Deliver = (datagram: Buffer, from?: 'otherPort') => void;

/** The way of datagrams between the socket and the BMC. */
export interface Wire {
  /** Hands a datagram from the network on to the BMC: at once, later, changed, twice or not at all. */
  inbound(datagram: Buffer, deliver: Deliver): void;
  /** The same for an answer on its way to the network. */
  outbound(datagram: Buffer, deliver: Deliver): void;
}

/** A wire without faults. */
export const plainWire: Wire = {
  inbound: (datagram, deliver) => deliver(datagram),
  outbound: (datagram, deliver) => deliver(datagram),
};

/** A BMC at the end of a wire: what it has to say to `peer` comes out of `deliver`, whenever that is. */
export const overWire =
  (wire: Wire, bmc: Bmc) =>
  (received: Buffer, peer: string, deliver: Deliver): void =>
    wire.inbound(received, (datagram) => {
      const reply = bmc(datagram, peer);
      if (reply) wire.outbound(reply, deliver);
    });
