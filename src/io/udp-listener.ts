import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** Where to listen. Port 0 takes any that is free. */
export interface ListenAt {
  readonly address: string;
  readonly port: number;
  /** Of the socket's receive buffer; the kernel grants no more than net.core.rmem_max. */
  readonly receiveBufferBytes: number;
  /** Whether `::` leaves IPv4 to another socket. */
  readonly ipv6Only: boolean;
}

/** A bound UDP socket that anybody can send to. */
export interface UdpListener {
  readonly address: string;
  readonly port: number;
  /** What the kernel granted. Linux counts its own overhead in: about half of it holds datagrams. */
  readonly receiveBufferBytes: number;
  /** Never throws; what cannot be sent is gone, as anything may be with UDP. */
  send(datagram: Buffer, to: { readonly address: string; readonly port: number }): void;
  close(): Promise<void>;
}

export type OnDatagram = (datagram: Buffer, from: Pick<RemoteInfo, 'address' | 'port'>) => void;

const sendOver = (socket: Socket): UdpListener['send'] => {
  return (datagram, to) => {
    try {
      socket.send(datagram, to.port, to.address, () => {});
    } catch {
      // A port of 0, or a socket that was closed meanwhile: there is nobody to tell.
    }
  };
};

const listenerOver = (socket: Socket): UdpListener => {
  const { address, port } = socket.address();
  return {
    address,
    port,
    receiveBufferBytes: socket.getRecvBufferSize(),
    send: sendOver(socket),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
};

/** Binds a socket. Rejects with the system's error (EACCES below port 1024, EADDRINUSE); `onDatagram` must not throw. */
export const listenUdp = (at: ListenAt, onDatagram: OnDatagram): Promise<UdpListener> =>
  new Promise((resolve, reject) => {
    const type = isIPv6(at.address) ? 'udp6' : 'udp4';
    const socket = createSocket({ type, ipv6Only: at.ipv6Only, recvBufferSize: at.receiveBufferBytes });
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.on('message', onDatagram);
    socket.bind({ address: at.address, port: at.port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      // Such as an ICMP error for an answer we sent; it says nothing of this socket.
      socket.on('error', () => {});
      resolve(listenerOver(socket));
    });
  });
