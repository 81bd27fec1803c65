import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** What the network said instead of delivering: nobody listens there, or there is no way. */
export type UdpFault = 'refused' | 'unreachable';

/**
 * A UDP socket connected to one peer. Connected, so that the kernel reports a closed port
 * (ICMP port unreachable) and drops datagrams from anyone else.
 */
export interface UdpLink {
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
