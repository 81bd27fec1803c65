import { createConnection, type Socket } from 'node:net';
import { createLineSplitter } from '../../src/io/lines.ts';

/** A message of the daemon as a test looks at it. */
export interface Message {
  readonly jsonrpc?: string;
  readonly id?: number | string | null;
  readonly result?: unknown;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data: { readonly code: string };
  };
  readonly method?: string;
  readonly params?: unknown;
}

/** A client that says whatever bytes it likes. */
export interface LineClient {
  readonly socket: Socket;
  write(bytes: string | Uint8Array): void;
  request(id: number | string, method: string, params?: unknown): void;
  /** The next message, in order of arrival; rejects when the connection ends first. */
  next(): Promise<Message>;
  take(count: number): Promise<Message[]>;
  /** Resolves when the connection is over. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  resolve(message: Message): void;
  reject(error: Error): void;
}

/** Messages that nobody asked for yet, or those who ask for messages that have not come yet. */
const createMailbox = () => {
  const arrived: Message[] = [];
  const waiting: Waiting[] = [];
  let over = false;
  return {
    put(message: Message) {
      const first = waiting.shift();
      if (first) first.resolve(message);
      else arrived.push(message);
    },
    end() {
      over = true;
      for (const { reject } of waiting.splice(0)) reject(new Error('the connection ended'));
    },
    next: () =>
      new Promise<Message>((resolve, reject) => {
        const message = arrived.shift();
        if (message) resolve(message);
        else if (over) reject(new Error('the connection ended'));
        else waiting.push({ resolve, reject });
      }),
  };
};

export const connectLines = async (path: string): Promise<LineClient> => {
  const socket = createConnection({ path, allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const mailbox = createMailbox();
  const splitter = createLineSplitter(64 * 1024 * 1024);
  socket.on('error', () => undefined);
  socket.on('end', () => socket.destroy());
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      mailbox.end();
      resolve();
    });
  });
  socket.on('data', (chunk) => {
    for (const line of splitter.push(chunk)) if (line.ok) mailbox.put(JSON.parse(line.value) as Message);
  });
  return {
    socket,
    closed,
    write: (bytes) => void socket.write(bytes),
    request: (id, method, params) =>
      void socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`),
    next: mailbox.next,
    async take(count) {
      const messages: Message[] = [];
      while (messages.length < count) messages.push(await mailbox.next());
      return messages;
    },
    async close() {
      socket.destroy();
      await closed;
    },
  };
};
