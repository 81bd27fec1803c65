import { createSocket, type Socket } from 'node:dgram';

/** ASF Presence Ping, message tag 0 (IPMI 2.0 section 13.2.3). */
const ping = Buffer.from([0x06, 0x00, 0xff, 0x06, 0x00, 0x00, 0x11, 0xbe, 0x80, 0x00, 0x00, 0x00]);
const pongType = 0x40;
const pingEveryMs = 20;

const isPong = (message: Buffer): boolean => message.length > 8 && message[8] === pongType;

const bound = (socket: Socket, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, resolve);
  });

/** The given UDP port of this address, or any, which nobody has as of now; throws where it is taken. */
export const freeUdpPort = async (host: string, wanted = 0): Promise<number> => {
  const socket = createSocket('udp4');
  await bound(socket, host, wanted);
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
};

/** Pings until a pong comes: true; or until `signal` aborts: false. */
export const awaitPong = (host: string, port: number, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (answered: boolean) => {
      clearInterval(timer);
      signal.removeEventListener('abort', giveUp);
      socket.close();
      resolve(answered);
    };
    const giveUp = () => end(false);
    const timer = setInterval(() => socket.send(ping, port, host), pingEveryMs);
    socket.on('error', () => {});
    socket.on('message', (message) => {
      if (isPong(message)) end(true);
    });
    signal.addEventListener('abort', giveUp, { once: true });
  });
