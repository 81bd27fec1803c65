import { createSocket, type Socket } from 'node:dgram';
import type { Random } from '../../../src/sim/random.ts';
import { atEnd } from '../../interop/rig/endings.ts';
import { flippedBits, hostileDatagram } from './mutations.ts';

/** The way to a BMC through a network that is not to be trusted: it passes everything on, and adds to it. */
export interface HostileRelay {
  readonly host: string;
  readonly port: number;
  /** Fires up to `count` datagrams at the clients that are talking now; answers how many were fired. */
  fire(count: number): number;
}

const host = '127.0.0.1';
/** A client that sent nothing for so long is held to be gone: one that waits for a server to go off asks every 20 ms. */
const goneAfterMs = 60;
const mostRemembered = 64;
/** How often an answer within a session is overtaken by a spoiled copy of itself. */
const overtakenShare = 0.25;
const rmcpPlus = 0x06;
const authTypeAt = 4;
const sessionIdAt = 6;

const bound = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, host, () => {
      socket.off('error', reject).on('error', () => {});
      resolve();
    });
  });

/** Whether it is protected by the keys of a session; a login is not, so that whoever can spoil it can prevent it. */
const isProtected = (datagram: Buffer): boolean =>
  datagram[authTypeAt] === rmcpPlus &&
  datagram.length >= sessionIdAt + 4 &&
  datagram.readUInt32LE(sessionIdAt) !== 0;

interface Client {
  readonly back: Socket;
  seenMs: number;
}

/** Answers that were given, the latest few: what hostile datagrams are made from. */
const createMemory = () => {
  const answers: Buffer[] = [];
  return {
    answers,
    remember(answer: Buffer) {
      answers.push(answer);
      if (answers.length > mostRemembered) answers.shift();
    },
  };
};

export const startHostileRelay = async (
  target: { readonly host: string; readonly port: number },
  random: Random,
): Promise<HostileRelay> => {
  const front = createSocket('udp4');
  await bound(front);
  const clients = new Map<number, Client>();
  const { answers, remember } = createMemory();

  let over = false;

  const send = (datagram: Buffer, port: number) => {
    if (!over) front.send(datagram, port, host);
  };
  const passBack = (port: number, answer: Buffer) => {
    remember(answer);
    if (isProtected(answer) && random() < overtakenShare) send(flippedBits(answer, answer, random), port);
    send(answer, port);
  };
  const meet = (port: number): Client => {
    const back = createSocket('udp4').on('error', () => {});
    back.on('message', (answer) => passBack(port, answer));
    const client = { back, seenMs: 0 };
    clients.set(port, client);
    return client;
  };
  const forgetGone = (nowMs: number) => {
    for (const [port, { back, seenMs }] of clients) {
      if (nowMs - seenMs < goneAfterMs) continue;
      back.close();
      clients.delete(port);
    }
  };
  front.on('message', (question, { port }) => {
    const client = clients.get(port) ?? meet(port);
    client.seenMs = performance.now();
    client.back.send(question, target.port, target.host);
  });
  const close = () => {
    over = true;
    for (const { back } of clients.values()) back.close();
    clients.clear();
    front.close();
  };
  atEnd({ stop: async () => close(), kill: () => {} });
  return {
    host,
    port: front.address().port,
    fire(count) {
      forgetGone(performance.now());
      const ports = [...clients.keys()];
      if (ports.length === 0 || answers.length === 0) return 0;
      for (let fired = 0; fired < count; fired += 1) {
        const port = ports[Math.floor(random() * ports.length)] ?? 0;
        send(hostileDatagram(answers, random), port);
      }
      return count;
    },
  };
};
