import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as pause } from 'node:timers/promises';
import { atEnd } from '../interop/rig/endings.ts';

/** A slow way to a UDP port that writes down whose datagrams went there. */
export interface UdpRelay {
  readonly host: string;
  readonly port: number;
  /** The source port of every datagram to the far end, in order: one for each conversation. */
  readonly senders: readonly number[];
}

const host = '127.0.0.1';

const bound = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, host, resolve);
  });

/** Relays to `target`; each datagram takes `delayMs` in each direction. */
export const startUdpRelay = async (
  target: { readonly host: string; readonly port: number },
  delayMs: number,
): Promise<UdpRelay> => {
  const front = createSocket('udp4');
  await bound(front);
  const senders: number[] = [];
  const ways = new Map<number, Socket>();
  const wayOf = (port: number): Socket => {
    const known = ways.get(port);
    if (known) return known;
    const way = createSocket('udp4');
    way.on('message', async (datagram) => {
      await pause(delayMs);
      if (!over) front.send(datagram, port, host);
    });
    ways.set(port, way);
    return way;
  };
  let over = false;
  front.on('message', async (datagram, { port }) => {
    senders.push(port);
    await pause(delayMs);
    if (!over) wayOf(port).send(datagram, target.port, target.host);
  });
  const kill = () => {
    if (over) return;
    over = true;
    for (const socket of [front, ...ways.values()]) socket.close();
  };
  atEnd({ stop: async () => kill(), kill });
  return { host, port: front.address().port, senders };
};
