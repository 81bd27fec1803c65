import { createConnection, type Socket } from 'node:net';
import { z } from 'zod';
import type { MethodName, MethodParams, MethodResult } from '../bridge/engine/method-tables.ts';
import { systemClock, timedOut, within } from '../core/clock.ts';
import { CodedError, type ErrorCode, errorCatalogue, messageOf } from '../core/errors.ts';
import { createLineSplitter, type Line } from '../io/lines.ts';

export interface EngineNotification {
  readonly method: string;
  readonly params: unknown;
}

/** An open connection to a daemon's local socket. */
export interface EngineClient {
  /**
   * Throws the daemon's error by its code, `socket.unreachable` when the connection ends first or no answer
   * comes within `timeoutMs` (default: wait as long as the connection lives). The daemon goes on either way.
   */
  call<Name extends MethodName>(
    method: Name,
    params: MethodParams<Name>,
    options?: { readonly timeoutMs?: number },
  ): Promise<MethodResult<Name>>;
  /** Hears every notification from now on; returns the call that ends it. */
  onNotification(listener: (notification: EngineNotification) => void): () => void;
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/** How long a daemon may take to close its side; one that is stopped never does. */
const closeLimitMs = 500;

/** A call without an answer. */
interface Pending {
  resolve(result: unknown): void;
  reject(error: CodedError): void;
}

const incoming = z.union([
  z.object({ method: z.string(), params: z.unknown() }),
  z.object({
    id: z.union([z.int(), z.null()]),
    error: z.object({ message: z.string(), data: z.object({ code: z.string() }).optional() }),
  }),
  z.object({ id: z.int(), result: z.unknown() }),
]);
type Incoming = z.infer<typeof incoming>;

const unreachable = (path: string, why: string): CodedError =>
  new CodedError('socket.unreachable', `No daemon answers on ${path}: ${why}.`);

const isErrorCode = (code: string | undefined): code is ErrorCode =>
  code !== undefined && Object.hasOwn(errorCatalogue, code);

/** The daemon's error; a code that only a newer daemon knows becomes `rpc.internal`, its text is kept. */
const errorOf = ({ message, data }: { message: string; data?: { code: string } | undefined }): CodedError =>
  new CodedError(isErrorCode(data?.code) ? data.code : 'rpc.internal', message);

const parseIncoming = (line: Line): Incoming | undefined => {
  if (!line.ok) return undefined;
  try {
    return incoming.safeParse(JSON.parse(line.value)).data;
  } catch {
    return undefined;
  }
};

const connect = (path: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const refused = (error: Error) => reject(unreachable(path, error.message));
    socket.once('error', refused);
    socket.once('connect', () => {
      socket.off('error', refused);
      resolve(socket);
    });
  });

/** The calls of one connection that wait for an answer, and those who hear its notifications. */
const createInbox = () => {
  const pending = new Map<number, Pending>();
  const listeners = new Set<(notification: EngineNotification) => void>();

  const failAll = (error: CodedError) => {
    for (const waiting of pending.values()) waiting.reject(error);
    pending.clear();
  };
  const settle = (id: number, finish: (waiting: Pending) => void) => {
    const waiting = pending.get(id);
    pending.delete(id);
    if (waiting) finish(waiting);
  };
  return {
    pending,
    listeners,
    failAll,
    accept(line: Line) {
      const message = parseIncoming(line);
      if (!message)
        return failAll(new CodedError('rpc.internal', 'The daemon sent a line that is no reply.'));
      if ('method' in message) {
        for (const listener of listeners) listener(message);
      } else if (!('error' in message)) settle(message.id, (waiting) => waiting.resolve(message.result));
      else if (message.id === null) failAll(errorOf(message.error));
      else settle(message.id, (waiting) => waiting.reject(errorOf(message.error)));
    },
  };
};

const requestLine = (id: number, method: string, params: unknown): string =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;

/** Connects to a local socket; throws `socket.unreachable`. */
export const connectEngine = async (path: string): Promise<EngineClient> => {
  const socket = await connect(path);
  const splitter = createLineSplitter();
  const inbox = createInbox();
  let calls = 0;
  let ending = unreachable(path, 'the connection ended before the answer');

  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      inbox.failAll(ending);
      resolve();
    });
  });
  socket.on('data', (chunk) => splitter.push(chunk).forEach(inbox.accept));
  socket.on('error', (error) => {
    ending = unreachable(path, messageOf(error));
  });

  const send = (id: number, method: string, params: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      if (!socket.writable) return reject(ending);
      inbox.pending.set(id, { resolve, reject });
      socket.write(requestLine(id, method, params));
    });

  return {
    async call(method, params, { timeoutMs } = {}) {
      calls += 1;
      const id = calls;
      const answered = send(id, method, params);
      const answer =
        timeoutMs === undefined ? await answered : await within(systemClock, timeoutMs, answered);
      if (answer !== timedOut) return answer as MethodResult<typeof method>;
      inbox.pending.delete(id);
      throw unreachable(path, `no answer to ${method} within ${timeoutMs} ms`);
    },
    onNotification(listener) {
      inbox.listeners.add(listener);
      return () => void inbox.listeners.delete(listener);
    },
    closed,
    async close() {
      socket.end();
      if ((await within(systemClock, closeLimitMs, closed)) === timedOut) socket.destroy();
      await closed;
    },
  };
};
