import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Deliver } from './wire.ts';

const open = (host: string): Socket => createSocket(isIPv6(host) ? 'udp6' : 'udp4');

const bind = (host: string, port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = open(host);
    socket.once('error', reject);
    socket.bind(port, host, () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });

/** A second port of the same address, opened by its first datagram; what cannot be sent is lost. */
const createOtherPort = (host: string) => {
  let socket: Socket | undefined;
  return {
    send(datagram: Buffer, port: number, address: string) {
      if (!socket) {
        socket = open(host).on('error', () => {});
        socket.bind(0, host);
      }
      socket.send(datagram, port, address);
    },
    close: () => socket?.close(),
  };
};

/** The BMC's place on the network. */
export interface Sockets {
  readonly host: string;
  readonly port: number;
  /** Resolves when nothing can come in or go out any more. */
  close(): Promise<void>;
}

/** Opens a UDP port. Rejects with the system's error where it is not to be had. */
export const openSockets = async (
  options: { readonly host: string; readonly port: number },
  receive: (datagram: Buffer, peer: string, reply: Deliver) => void,
): Promise<Sockets> => {
  const socket = await bind(options.host, options.port);
  const { address: host, port } = socket.address();
  const other = createOtherPort(host);
  let isOpen = true;
  socket.on('error', () => {});
  socket.on('message', (received, peer) => {
    // A forged source port of 0 cannot be answered: the send would throw.
    if (peer.port === 0) return;
    receive(received, `${peer.address} ${peer.port}`, (datagram, from) => {
      if (isOpen) (from ? other : socket).send(datagram, peer.port, peer.address);
    });
  });
  return {
    host,
    port,
    close() {
      isOpen = false;
      other.close();
      return new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
};
