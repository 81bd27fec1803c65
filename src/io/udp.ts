import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** What the network said instead of delivering: nobody listens there, or there is no way. */
export type UdpFault = 'refused' | 'unreachable';

/**
 * A UDP socket connected to one peer. Connected, so that the kernel reports a closed port
 * (ICMP port unreachable) and drops datagrams from anyone else.
 */
export interface UdpLink {
  /** Numeric: what the peer sees datagrams come from, unless something on the way changes that. */
  readonly localAddress: string;
  send(datagram: Buffer): void;
  /** Replaces the receiver of datagrams and faults; one conversation at a time uses a link. */
  receive(onDatagram: (datagram: Buffer) => void, onFault: (fault: UdpFault) => void): void;
  close(): void;
}

const faultOf = (error: NodeJS.ErrnoException): UdpFault =>
  error.code === 'ECONNREFUSED' ? 'refused' : 'unreachable';

/** Opens a link to `host`:`port`. Rejects with the system's error where the name or route fails. */
export type ConnectUdp = (host: string, port: number) => Promise<UdpLink>;

/** Binds and connects a socket. */
export const connectUdp: ConnectUdp = (host, port) =>
  new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.connect(port, host, () => {
      socket.removeAllListeners('error');
      resolve(linkOver(socket));
    });
  });

const linkOver = (socket: Socket): UdpLink => {
  let onDatagram = (_datagram: Buffer): void => {};
  let onFault = (_fault: UdpFault): void => {};
  let open = true;
  socket.on('message', (datagram) => onDatagram(datagram));
  socket.on('error', (error) => onFault(faultOf(error)));
  return {
    localAddress: socket.address().address,
    send(datagram) {
      if (open) socket.send(datagram, (error) => error && onFault(faultOf(error)));
    },
    receive(datagramReceiver, faultReceiver) {
      onDatagram = datagramReceiver;
      onFault = faultReceiver;
    },
    close() {
      if (!open) return;
      open = false;
      onDatagram = () => {};
      onFault = () => {};
      socket.close();
    },
  };
};

/** A UDP socket that hears anyone. */
export interface UdpReceiver {
  /** The port it got, where any would do. */
  readonly port: number;
  /** Resolves when the port is free again. */
  close(): Promise<void>;
}

export interface UdpReceiverOptions {
  /** Numeric; `::` hears IPv4 too. */
  readonly address: string;
  /** 0 for any. */
  readonly port: number;
  /** `from` is numeric, and anybody can write it on a datagram. */
  readonly onDatagram: (datagram: Buffer, from: string) => void;
  /** The socket broke after it was opened; it is closed then. */
  readonly onBroken: (error: Error) => void;
}

/** Opens a socket that receives. Rejects with the system's error where the port is taken or not allowed. */
export type BindUdp = (options: UdpReceiverOptions) => Promise<UdpReceiver>;

export const bindUdp: BindUdp = ({ address, port, onDatagram, onBroken }) =>
  new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const closed = new Promise<void>((over) => socket.once('close', over));
    let open = true;
    const close = () => {
      if (open) socket.close();
      open = false;
      return closed;
    };
    socket.once('error', (error) => {
      void close();
      reject(error);
    });
    socket.on('message', (datagram, from) => onDatagram(datagram, from.address));
    socket.bind(port, address, () => {
      socket.removeAllListeners('error');
      socket.on('error', (error) => {
        void close();
        onBroken(error);
      });
      resolve({ port: socket.address().port, close });
    });
  });
