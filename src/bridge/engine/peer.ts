import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { DropReason, SocketCounters } from './counters.ts';
import { encodeNotification } from './protocol.ts';

/** What may wait for one client in our memory before it is cut off, in bytes. */
export const maxQueuedBytes = 4 * 1024 * 1024;

/** How long a client that is being closed may take to read its last lines. */
const lingerMs = 1_000;

/** The client at the other end of a connection, as methods and subscriptions see it. */
export interface Peer {
  readonly id: number;
  /** What it called itself in `hello`, else `socket`. */
  client(): string;
  introduce(client: string): void;
  /** Queues one line; a line for a client that is gone is dropped in silence. */
  send(line: string): void;
  notify(method: string, params: unknown): void;
  queuedBytes(): number;
  /** Resolves when the queue has been handed to the kernel, or the connection is over. */
  drained(): Promise<void>;
  /** Monotonic time of the last bytes from the client. */
  lastHeardMs(): number;
  /** Notes that bytes came. */
  heard(): void;
  /** Whether the client can send no more. */
  gone(): boolean;
  /** Runs once, when the client can send no more (at once if that is so already). */
  onGone(listener: () => void): void;
  /** Notes that the client will send no more; what it asked for is still answered. */
  leave(): void;
  /** Sends what is queued, then closes; a client that does not read it is closed after a second. */
  end(): void;
  /** Cuts the client off: logged and counted. */
  drop(reason: DropReason): void;
}

export interface PeerDeps {
  readonly id: number;
  readonly socket: Socket;
  readonly clock: Clock;
  readonly log: Logger;
  readonly counters: SocketCounters;
}

/** The listeners of one thing that happens once. */
const createOnce = () => {
  const listeners: (() => void)[] = [];
  let over = false;
  return {
    over: () => over,
    add(listener: () => void) {
      if (over) listener();
      else listeners.push(listener);
    },
    happen() {
      over = true;
      for (const listener of listeners.splice(0)) listener();
    },
  };
};

const drainOf = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed || !socket.writableNeedDrain) return resolve();
    const done = () => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });

/** Ends our side and goes on discarding theirs, so that the last line is not lost to a connection reset. */
const closeSoftly = (socket: Socket, clock: Clock) => {
  if (socket.destroyed) return;
  socket.end();
  const timer = clock.after(lingerMs, () => socket.destroy());
  socket.once('close', () => timer.cancel());
};

export const createPeer = ({ id, socket, clock, log, counters }: PeerDeps): Peer => {
  const gone = createOnce();
  let client = 'socket';
  let heardAtMs = clock.nowMs();
  let closed = false;

  const close = (finish: () => void) => {
    if (closed) return;
    closed = true;
    gone.happen();
    finish();
  };
  const end = () => close(() => closeSoftly(socket, clock));
  const drop = (reason: DropReason) => {
    if (closed) return;
    counters.dropped[reason] += 1;
    const fields = { connection: id, client, reason, queuedBytes: socket.writableLength };
    log.warn(fields, 'a client of the local socket was cut off');
    if (reason === 'notReading') close(() => socket.destroy());
    else end();
  };
  const send = (line: string) => {
    if (closed || !socket.writable) return;
    socket.write(`${line}\n`);
    if (socket.writableLength > maxQueuedBytes) drop('notReading');
  };

  return {
    id,
    client: () => client,
    introduce: (name) => {
      client = name;
    },
    send,
    notify: (method, params) => send(encodeNotification(method, params)),
    queuedBytes: () => socket.writableLength,
    drained: () => drainOf(socket),
    lastHeardMs: () => heardAtMs,
    heard: () => {
      heardAtMs = clock.nowMs();
    },
    gone: gone.over,
    onGone: gone.add,
    leave: gone.happen,
    end,
    drop,
  };
};
