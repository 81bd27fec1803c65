import { createSocket } from 'node:dgram';
import { atEnd } from '../interop/rig/endings.ts';

/** Keeps every datagram that comes to a port of its own. */
export interface DatagramListener {
  readonly port: number;
  readonly datagrams: readonly string[];
}

export const startDatagramListener = async (): Promise<DatagramListener> => {
  const datagrams: string[] = [];
  const socket = createSocket('udp4', (bytes) => datagrams.push(bytes.toString('utf8')));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  atEnd({
    stop: () => new Promise<void>((resolve) => socket.close(() => resolve())),
    kill: () => undefined,
  });
  return { port: socket.address().port, datagrams };
};
