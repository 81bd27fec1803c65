import type { Deliver, Wire } from '../wire.ts';
import type { Direction } from './picking.ts';

/** What is to become of a datagram between the BMC and the network. */
export type Treat = (direction: Direction, datagram: Buffer, pass: Deliver) => void;

/**
 * A wire on which every datagram is treated, farther from the BMC than all that `wire` does: those for the
 * BMC before, those of the BMC after.
 */
export const treated = (wire: Wire, treat: Treat): Wire => ({
  inbound: (datagram, deliver) => treat('in', datagram, (bytes) => wire.inbound(bytes, deliver)),
  outbound: (datagram, deliver) =>
    wire.outbound(datagram, (bytes, from) => treat('out', bytes, (out) => deliver(out, from))),
});
