import { createSocket } from 'node:dgram';

/** A UDP port of 127.0.0.1 that was free a moment ago, for a peer that cannot choose one by itself. */
export const freeUdpPort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
