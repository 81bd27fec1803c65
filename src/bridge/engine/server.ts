import { createServer, type Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import { type Connection, serveConnection } from './connection.ts';
import { createCounters, type SocketCounters } from './counters.ts';
import type { MethodTable } from './method.ts';
import { openSocketFile, type SocketFile } from './socket-file.ts';

/** Clients of one socket at a time. */
export const maxConnections = 256;

/** How long `close` waits for running requests to be answered. */
const closeGraceMs = 1_000;

export interface EngineSocketOptions extends SocketFile {
  readonly methods: MethodTable;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A local socket that is open. */
export interface EngineSocket {
  readonly path: string;
  counters(): Readonly<SocketCounters>;
  /** Stops accepting, removes the file, gives clients a moment to get their answers, and ends. */
  close(): Promise<void>;
}

interface Clients {
  accept(socket: Socket): void;
  finish(): void;
}

const createClients = ({ methods, clock, log }: EngineSocketOptions, counters: SocketCounters): Clients => {
  const connections = new Set<Connection>();
  let turningAway = false;

  /** A client that only waits for an answer gives way: its job outlives it, and it can ask again. */
  const hasRoom = (): boolean => {
    if (connections.size < maxConnections) return true;
    const waiting = [...connections].find((connection) => connection.halfClosed());
    waiting?.peer.drop('madeRoom');
    return waiting !== undefined && connections.delete(waiting);
  };

  return {
    accept(socket) {
      if (!hasRoom()) {
        counters.dropped.tooManyConnections += 1;
        if (!turningAway)
          log.warn({ reason: 'tooManyConnections' }, 'clients of the local socket are turned away');
        turningAway = true;
        socket.destroy();
        return;
      }
      turningAway = false;
      counters.accepted += 1;
      const connection = serveConnection({ id: counters.accepted, socket, methods, clock, log, counters });
      connections.add(connection);
      counters.open = connections.size;
      socket.once('close', () => {
        connections.delete(connection);
        counters.open = connections.size;
      });
    },
    finish() {
      for (const connection of connections) connection.finish(closeGraceMs);
    },
  };
};

/**
 * Opens a local socket and serves JSON-RPC 2.0 on it, one JSON text per line.
 * Throws `socket.inUse` or `socket.failed`; a file that is not a stale socket is never removed.
 */
export const listenEngineSocket = async (options: EngineSocketOptions): Promise<EngineSocket> => {
  const { path, log } = options;
  const counters = createCounters();
  const clients = createClients(options, counters);
  const server = createServer({ allowHalfOpen: true }, clients.accept);
  await openSocketFile(server, options);
  server.on('error', (error) => log.error({ path, error: error.message }, 'the local socket failed'));
  return {
    path,
    counters: () => counters,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        clients.finish();
      }),
  };
};
