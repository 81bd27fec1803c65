import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { atEnd } from '../interop/rig/endings.ts';

/** A TCP or TLS server of the test's own that keeps what it hears. */
export interface ByteServer {
  readonly port: number;
  /** Everything that came, of all connections, in order. */
  text(): string;
  connections(): number;
  /** Stops listening and cuts every connection. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  start(): Promise<void>;
}

export const startByteServer = async (tls?: TlsOptions): Promise<ByteServer> => {
  let heard = Buffer.alloc(0);
  let connections = 0;
  let port = 0;
  const sockets = new Set<Socket>();
  const take = (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('data', (bytes: Buffer) => {
      heard = Buffer.concat([heard, bytes]);
    });
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  };
  let server: Server;
  const start = async () => {
    server = tls ? createTlsServer(tls, take) : createServer(take);
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const address = server.address();
    if (address !== null && typeof address === 'object') port = address.port;
  };
  const stop = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await start();
  atEnd({ stop, kill: () => {} });
  return {
    get port() {
      return port;
    },
    text: () => heard.toString('utf8'),
    connections: () => connections,
    start,
    stop,
  };
};
