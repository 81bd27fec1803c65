import { type CodedError, codeOf, errorCatalogue, messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { type Line, maxLineBytes } from '../../io/lines.ts';
import type { SocketCounters } from './counters.ts';
import type { CallContext, MethodTable } from './method.ts';
import type { Peer } from './peer.ts';
import {
  encodeFailure,
  encodeResult,
  parseRequest,
  type RequestId,
  type RpcFailure,
  type RpcRequest,
} from './protocol.ts';

/** Requests of one connection that may be unanswered at a time, notifications included. */
export const maxUnanswered = 256;

/** Consecutive lines that are no request before the peer is taken for no client at all. */
export const maxBadLines = 16;

export interface DispatchDeps {
  readonly peer: Peer;
  readonly methods: MethodTable;
  readonly counters: SocketCounters;
  readonly log: Logger;
}

/** Turns the lines of one connection into calls, and their outcomes into replies. */
export interface Dispatcher {
  accept(line: Line): void;
  /** Calls that have not ended yet. */
  unanswered(): number;
}

const failureOf = (error: unknown, request: RpcRequest, log: Logger): RpcFailure => {
  const code = codeOf(error);
  if (code !== undefined) return { code, message: (error as CodedError).message };
  log.error({ method: request.method, error: messageOf(error) }, 'a method of the local socket failed');
  return { code: 'rpc.internal', message: errorCatalogue['rpc.internal'].meaning };
};

/** The reply line of a request; every failure becomes an error reply. */
const answer = async (request: RpcRequest, context: CallContext, deps: DispatchDeps): Promise<string> => {
  const id = request.id ?? null;
  const method = deps.methods.get(request.method);
  if (!method) {
    return encodeFailure(id, { code: 'rpc.method', message: `No method ${request.method} on this socket.` });
  }
  const call = method.bind(request.params);
  if (!call.ok) return encodeFailure(id, call.failure);
  try {
    const line = encodeResult(id, await call.value(context));
    if (Buffer.byteLength(line) <= maxLineBytes) return line;
    return encodeFailure(id, { code: 'rpc.internal', message: 'The reply is longer than a line may be.' });
  } catch (error) {
    return encodeFailure(id, failureOf(error, request, deps.log));
  }
};

export const createDispatcher = (deps: DispatchDeps, onIdle: () => void): Dispatcher => {
  const { peer, counters } = deps;
  let running = 0;
  let badInARow = 0;
  let refusing = false;

  const badLine = (id: RequestId, failure: RpcFailure) => {
    counters.badLines += 1;
    badInARow += 1;
    peer.send(encodeFailure(id, failure));
    if (badInARow >= maxBadLines) peer.drop('badLines');
  };

  const tooManyRequests = ({ id }: RpcRequest) => {
    counters.dropped.tooManyRequests += 1;
    if (!refusing) deps.log.warn({ connection: peer.id, reason: 'tooManyRequests' }, 'requests are refused');
    refusing = true;
    if (id === undefined) return;
    const message = `More than ${maxUnanswered} requests of this connection are unanswered.`;
    peer.send(encodeFailure(id, { code: 'rpc.tooManyRequests', message }));
  };

  const run = async (request: RpcRequest) => {
    const next: (() => void)[] = [];
    const context = { peer, counters, afterReply: (then: () => void) => void next.push(then) };
    running += 1;
    const line = await answer(request, context, deps);
    running -= 1;
    refusing = false;
    if (request.id !== undefined) peer.send(line);
    for (const then of next) then();
    if (running === 0) onIdle();
  };

  return {
    unanswered: () => running,
    accept(line) {
      if (!line.ok) {
        badLine(null, { code: line.failure, message: errorCatalogue[line.failure].meaning });
        if (line.failure === 'rpc.lineTooLong') peer.drop('lineTooLong');
        return;
      }
      if (line.value.trim() === '') return;
      const request = parseRequest(line.value);
      if (!request.ok) return badLine(request.failure.id, request.failure.failure);
      badInARow = 0;
      counters.requests += 1;
      if (running >= maxUnanswered) tooManyRequests(request.value);
      else void run(request.value);
    },
  };
};
