import type { z } from 'zod';
import { fail, ok, type Result } from '../../core/result.ts';
import type { SocketCounters } from './counters.ts';
import type { Peer } from './peer.ts';
import { firstFault, type RpcFailure } from './protocol.ts';

/** What a method knows of the call beside its params. */
export interface CallContext {
  readonly peer: Peer;
  readonly counters: Readonly<SocketCounters>;
  /** Runs `next` once the reply is queued, so that what it sends comes after the reply. */
  afterReply(next: () => void): void;
}

/** One method of the socket. `Params` is what the outside sends, `Value` what it gets. */
export interface Method<Params = unknown, Value = unknown> {
  /** The call that these params stand for, or which of them is wrong; nothing is done yet. */
  bind(params: unknown): Result<(context: CallContext) => Promise<Value>, RpcFailure>;
  /** Types only: lets the client know the params by the method's name. */
  readonly params?: Params;
}

/** The methods a socket offers, by name. */
export type MethodTable = ReadonlyMap<string, Method>;

/** A method whose params are checked by `schema` before `run` sees them; absent params are `{}`. */
export const method = <Schema extends z.ZodType, Value>(
  schema: Schema,
  run: (params: z.output<Schema>, context: CallContext) => Value | Promise<Value>,
): Method<z.input<Schema>, Value> => ({
  bind(params) {
    const parsed = schema.safeParse(params === undefined ? {} : params);
    if (parsed.success) return ok(async (context) => run(parsed.data, context));
    const { path, message } = firstFault(parsed.error);
    const where = path === '' ? 'params' : `params.${path}`;
    return fail({ code: 'rpc.params', message: `${where}: ${message}`, path: where });
  },
});
