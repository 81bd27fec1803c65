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
  /** Takes no more datagrams, and can still send. */
  deafen(): void;
  /** Closes it once what was sent is with the kernel. */
  close(): Promise<void>;
}

export type OnDatagram = (datagram: Buffer, from: Pick<RemoteInfo, 'address' | 'port'>) => void;

/** The sends of a socket: the kernel has a datagram some time after it was given. */
const sendsOver = (socket: Socket) => {
  let underWay = 0;
  let onDone: (() => void)[] = [];
  const done = (): void => {
    underWay -= 1;
    if (underWay > 0) return;
    for (const tell of onDone) tell();
    onDone = [];
  };
  const send: UdpListener['send'] = (datagram, to) => {
    try {
      socket.send(datagram, to.port, to.address, done);
      underWay += 1;
    } catch {
      // A port of 0, or a socket that was closed meanwhile: there is nobody to tell.
    }
  };
  const idle = (): Promise<void> =>
    underWay === 0 ? Promise.resolve() : new Promise((resolve) => onDone.push(resolve));
  return { send, idle };
};

const listenerOver = (socket: Socket): UdpListener => {
  const { address, port } = socket.address();
  const { send, idle } = sendsOver(socket);
  return {
    address,
    port,
    receiveBufferBytes: socket.getRecvBufferSize(),
    send,
    deafen: () => void socket.removeAllListeners('message'),
    async close() {
      await idle();
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
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
