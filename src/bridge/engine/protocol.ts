import { z } from 'zod';
import { type ErrorCode, errorCatalogue } from '../../core/errors.ts';
import { fail, ok, type Result } from '../../core/result.ts';

/** The version that `hello` speaks of; it grows when an old client could no longer understand us. */
export const protocolVersion = 1;

/** JSON-RPC 2.0 section 4: what a reply is matched by. */
export type RequestId = string | number | null;

export interface RpcRequest {
  /** Absent in a notification, which gets no reply. */
  readonly id?: RequestId;
  readonly method: string;
  readonly params?: unknown;
}

/** Why a request failed; `path` names the member of params that is wrong. */
export interface RpcFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly path?: string;
}

/** A line that is no request, and the id to answer it with (null where none could be read). */
export interface BadRequest {
  readonly id: RequestId;
  readonly failure: RpcFailure;
}

/** JSON-RPC 2.0 section 5.1; codes of ours that it has no number for are -32000. */
const numbers: { readonly [Code in ErrorCode]?: number } = {
  'rpc.parse': -32700,
  'rpc.invalid': -32600,
  'rpc.method': -32601,
  'rpc.params': -32602,
  'rpc.internal': -32603,
  'rpc.lineTooLong': -32001,
  'rpc.tooManyRequests': -32002,
};

/** Whole numbers only as far as JavaScript can echo them back unchanged. */
const requestId = z.union([z.string().max(256), z.int(), z.null()], {
  error: 'a string of at most 256 characters, a whole number, or null',
});

const requestShape = z.object({
  jsonrpc: z.literal('2.0', { error: 'must be "2.0"' }),
  method: z.string().max(128),
  id: requestId.exactOptional(),
  params: z.unknown().optional(),
});

/** Enough to find the fault; a message must not echo a megabyte back. */
const maxMessageLength = 300;

/** The first fault zod found: where (`types.0`), and what. */
export const firstFault = (error: z.ZodError): { path: string; message: string } => {
  const issue = error.issues[0];
  if (!issue) return { path: '', message: 'invalid' };
  const extra = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...issue.path, ...extra].map(String).join('.').slice(0, maxMessageLength);
  return { path, message: issue.message.slice(0, maxMessageLength) };
};

const parseJson = (text: string): Result<unknown, RpcFailure> => {
  try {
    return ok(JSON.parse(text));
  } catch {
    return fail({ code: 'rpc.parse', message: errorCatalogue['rpc.parse'].meaning });
  }
};

const invalid = (id: RequestId, message: string): { ok: false; failure: BadRequest } =>
  fail({ id, failure: { code: 'rpc.invalid', message } });

const idOf = (value: unknown): RequestId => {
  const found = z.object({ id: requestId }).safeParse(value);
  return found.success ? found.data.id : null;
};

/** Reads one line as one request. A batch is refused: a peer that pipelines lines needs none. */
export const parseRequest = (text: string): Result<RpcRequest, BadRequest> => {
  const json = parseJson(text);
  if (!json.ok) return fail({ id: null, failure: json.failure });
  if (Array.isArray(json.value)) {
    return invalid(null, 'Batches are not supported: send one request per line.');
  }
  const request = requestShape.safeParse(json.value);
  if (request.success) return ok(request.data);
  const { path, message } = firstFault(request.error);
  return invalid(idOf(json.value), `${path || 'request'}: ${message}`);
};

export const encodeResult = (id: RequestId, result: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', id, result: result ?? null });

export const encodeFailure = (id: RequestId, { code, message, path }: RpcFailure): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    error: { code: numbers[code] ?? -32000, message, data: { code, ...(path && { path }) } },
  });

export const encodeNotification = (method: string, params: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', method, params });
