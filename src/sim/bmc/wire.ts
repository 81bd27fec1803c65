/** What can be wrong between the network and the BMC; every field can be set while it runs. */
export interface WireFaults {
  /** The BMC takes nothing in and gives nothing out, though its port is open. */
  readonly frozen: boolean;
}

type Deliver = (datagram: Buffer) => void;

/** The way of datagrams between the socket and the BMC: the one place where faults are made. */
export interface Wire {
  /** Hands a datagram from the network on to the BMC, as the faults allow. */
  inbound(datagram: Buffer, deliver: Deliver): void;
  /** Hands an answer of the BMC on to the network, as the faults allow. */
  outbound(datagram: Buffer, deliver: Deliver): void;
  set(faults: Partial<WireFaults>): void;
  faults(): WireFaults;
}

export const createWire = (): Wire => {
  let faults: WireFaults = { frozen: false };
  const pass = (datagram: Buffer, deliver: Deliver) => {
    if (!faults.frozen) deliver(datagram);
  };
  return {
    inbound: pass,
    outbound: pass,
    set(changed) {
      faults = { ...faults, ...changed };
    },
    faults: () => faults,
  };
};
