import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFailure, encodeResult, parseRequest } from '../../../src/bridge/engine/protocol.ts';

const failureOf = (text: string) => {
  const request = parseRequest(text);
  return request.ok ? undefined : { id: request.failure.id, ...request.failure.failure };
};

describe('JSON-RPC requests', () => {
  it('reads requests and notifications', () => {
    expect(parseRequest('{"jsonrpc":"2.0","id":"a","method":"health","params":{"x":1}}')).toMatchObject({
      ok: true,
      value: { id: 'a', method: 'health', params: { x: 1 } },
    });
    const notification = parseRequest('{"jsonrpc":"2.0","method":"health"}');
    expect(notification).toEqual({ ok: true, value: { jsonrpc: '2.0', method: 'health' } });
  });

  it('refuses batches and says so', () => {
    expect(failureOf('[]')).toMatchObject({
      id: null,
      code: 'rpc.invalid',
      message: expect.stringContaining('one request per line'),
    });
  });

  it.each([
    ['{', null, 'rpc.parse'],
    ['null', null, 'rpc.invalid'],
    ['{"jsonrpc":"1.0","id":4,"method":"health"}', 4, 'rpc.invalid'],
    ['{"jsonrpc":"2.0","id":4}', 4, 'rpc.invalid'],
    ['{"jsonrpc":"2.0","id":4,"result":{}}', 4, 'rpc.invalid'],
    ['{"jsonrpc":"2.0","id":{},"method":"health"}', null, 'rpc.invalid'],
    ['{"jsonrpc":"2.0","id":1e400,"method":"health"}', null, 'rpc.invalid'],
    ['{"jsonrpc":"2.0","id":12345678901234567890,"method":"health"}', null, 'rpc.invalid'],
  ])('answers %s with id %s and %s', (text, id, code) => {
    expect(failureOf(text)).toMatchObject({ id, code });
  });

  it('takes any text, however deep, without throwing', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseRequest(text)));
    for (const open of ['[', '{"a":']) parseRequest(open.repeat(200_000));
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(parseRequest(`{"jsonrpc":"2.0","method":"health","params":${deep}}`).ok).toBe(true);
  });

  it('does not echo a long fault back', () => {
    const failure = failureOf(`{"jsonrpc":"2.0","id":"${'x'.repeat(500_000)}","method":"health"}`);
    expect(JSON.stringify(failure).length).toBeLessThan(1_000);
  });
});

describe('JSON-RPC replies', () => {
  it('gives an error its number, its stable code and the path', () => {
    const failure = { code: 'rpc.params', message: 'params.x: wrong', path: 'params.x' } as const;
    expect(JSON.parse(encodeFailure(3, failure))).toEqual({
      jsonrpc: '2.0',
      id: 3,
      error: { code: -32602, message: 'params.x: wrong', data: { code: 'rpc.params', path: 'params.x' } },
    });
    expect(JSON.parse(encodeFailure(null, { code: 'server.unknown', message: 'no' }))).toMatchObject({
      error: { code: -32000, data: { code: 'server.unknown' } },
    });
  });

  it('always has a result', () => {
    expect(JSON.parse(encodeResult(1, undefined))).toEqual({ jsonrpc: '2.0', id: 1, result: null });
  });
});
