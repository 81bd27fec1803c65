import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Clock, timedOut, within } from '../core/clock.ts';

/** TLS with a peer that is who it says it is; there is no way to leave that out. */
export interface TlsOptions {
  /** The name its certificate must have; where this is an address, the certificate must name that. */
  readonly name: string;
  /** PEM; the system's own authorities where missing. */
  readonly ca?: Buffer;
  /** Who we are, where the peer wants to know. PEM. */
  readonly identity?: { readonly cert: Buffer; readonly key: Buffer };
}

export interface StreamOptions {
  /** Numeric: names are not resolved here. */
  readonly address: string;
  readonly port: number;
  readonly tls?: TlsOptions;
  /** For the connection and the handshake together. */
  readonly limitMs: number;
}

/** A connection that we write to, and that the peer says nothing over. */
export interface WriteStream {
  /** Resolves when the system has it all; rejects where the connection broke or it takes longer than `limitMs`. */
  write(bytes: Buffer, limitMs: number): Promise<void>;
  /** Why it is of no use any more; undefined while it is. */
  broken(): string | undefined;
  /** Resolves with the reason when it breaks. */
  readonly breaks: Promise<string>;
  close(): void;
}

const opened = ({ address, port, tls }: StreamOptions, onOpen: () => void): Socket => {
  if (!tls) return connectTcp({ host: address, port }, onOpen);
  const { name, ca, identity } = tls;
  return connectTls(
    {
      ...{ host: isIP(name) === 0 ? address : name, port, minVersion: 'TLSv1.2' as const },
      ...(isIP(name) === 0 && { servername: name }),
      ...(ca && { ca }),
      ...(identity && { cert: identity.cert, key: identity.key }),
    },
    onOpen,
  );
};

const streamOver = (socket: Socket, clock: Clock): WriteStream => {
  let why: string | undefined;
  const breaks = new Promise<string>((resolve) => {
    const breakWith = (message: string) => {
      why ??= message;
      resolve(why);
    };
    socket.once('error', (error) => breakWith(error.message));
    socket.once('end', () => breakWith('the peer closed the connection'));
    socket.once('close', () => breakWith('the connection was closed'));
  });
  // What the peer says is not wanted, but must be read, or its end is not seen.
  socket.resume();
  return {
    async write(bytes, limitMs) {
      if (why !== undefined) throw new Error(why);
      const written = new Promise<undefined>((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve(undefined)));
      });
      const came = await within(clock, limitMs, Promise.race([written, breaks]));
      if (came === undefined) return;
      socket.destroy();
      throw new Error(came === timedOut ? 'the peer does not read' : came);
    },
    broken: () => why,
    breaks,
    close: () => void socket.destroy(),
  };
};

/** Connects over TCP or TLS. Rejects where that fails or takes too long. */
export const connectStream = async (clock: Clock, options: StreamOptions): Promise<WriteStream> => {
  let socket: Socket | undefined;
  const connected = new Promise<WriteStream>((resolve, reject) => {
    const connection = opened(options, () => {
      connection.removeListener('error', reject);
      resolve(streamOver(connection, clock));
    });
    connection.once('error', reject);
    socket = connection;
  });
  const stream = await within(clock, options.limitMs, connected);
  if (stream !== timedOut) return stream;
  connected.catch(() => {});
  socket?.destroy();
  throw new Error('no connection in time');
};
