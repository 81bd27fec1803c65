import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineFixture, gate, report, row, startEngine } from '../support/engine-fixture.ts';

let engine: EngineFixture;
beforeEach(async () => {
  engine = await startEngine();
});
afterEach(() => engine.close());

describe('the engine socket answers', () => {
  it('hello, and names the protocol it speaks', async () => {
    const client = await engine.connect();
    client.request(1, 'hello', { client: 'test', protocol: 1 });
    const identity = { server: 'noroshi', version: '0.1.0', protocol: 1, cluster: 'prod-a', node: 'server1' };
    expect(await client.next()).toEqual({ jsonrpc: '2.0', id: 1, result: identity });
    client.request(2, 'hello', { client: 'test', protocol: 2 });
    expect(await client.next()).toMatchObject({
      id: 2,
      error: {
        code: -32602,
        message: expect.stringContaining('speaks protocol 1'),
        data: { code: 'rpc.params' },
      },
    });
  });

  it('what its services say, and their coded errors', async () => {
    const client = await engine.connect();
    client.request(1, 'server.list');
    client.request(2, 'server.get', { server: 'nosuch' });
    client.request(3, 'fence.request', { server: 'server1', action: 'off' });
    client.request(4, 'fence.get', { job: 'job-1' });
    client.request(5, 'health');
    expect(await client.take(5)).toEqual([
      { jsonrpc: '2.0', id: 1, result: [row] },
      expect.objectContaining({
        id: 2,
        error: expect.objectContaining({ code: -32000, data: { code: 'server.unknown' } }),
      }),
      { jsonrpc: '2.0', id: 3, result: { ...report, joined: false } },
      { jsonrpc: '2.0', id: 4, result: { ...report, joined: false, running: false } },
      expect.objectContaining({
        result: expect.objectContaining({
          uptimeSeconds: 7,
          socket: expect.objectContaining({ open: 1, accepted: 1, requests: 5 }),
        }),
      }),
    ]);
  });

  it('what is no request with the fitting error', async () => {
    const client = await engine.connect();
    client.write('{oops\n[{"jsonrpc":"2.0"}]\n\r\n');
    client.request('a', 'no.such');
    client.request('b', 'server.get', { server: 7 });
    const replies = await client.take(4);
    expect(replies.map(({ id, error }) => [id, error?.code, error?.data.code])).toEqual([
      [null, -32700, 'rpc.parse'],
      [null, -32600, 'rpc.invalid'],
      ['a', -32601, 'rpc.method'],
      ['b', -32602, 'rpc.params'],
    ]);
  });

  it('a fault inside with rpc.internal and no detail', async () => {
    engine.services.server = () => {
      throw new TypeError('secret detail');
    };
    const client = await engine.connect();
    client.request(1, 'server.get', { server: 'server1' });
    const reply = await client.next();
    expect(reply).toMatchObject({ id: 1, error: { code: -32603, data: { code: 'rpc.internal' } } });
    expect(JSON.stringify(reply)).not.toContain('secret');
  });

  it('a reply that would be longer than a line with an error', async () => {
    engine.services.servers = () => [{ ...row, name: 'x'.repeat(1024 * 1024) }];
    const client = await engine.connect();
    client.request(1, 'server.list');
    expect(await client.next()).toMatchObject({ id: 1, error: { data: { code: 'rpc.internal' } } });
  });

  it('out of order, and notifications not at all', async () => {
    const slow = gate();
    engine.services.fence = async () => {
      await slow.opened;
      return { ...report, running: true };
    };
    const client = await engine.connect();
    client.request(1, 'fence.get', { job: 'job-1' });
    client.write('{"jsonrpc":"2.0","method":"server.list"}\n{"jsonrpc":"2.0","method":"no.such"}\n');
    client.request(2, 'server.list');
    expect(await client.next()).toMatchObject({ id: 2 });
    slow.open();
    expect(await client.next()).toMatchObject({ id: 1, result: { running: true } });
  });

  it('a client that has closed its sending side', async () => {
    const slow = gate();
    engine.services.fence = async () => {
      await slow.opened;
      return { ...report, running: false };
    };
    const client = await engine.connect();
    client.request(1, 'fence.get', { job: 'job-1' });
    client.socket.end();
    const other = await engine.connect();
    other.request(1, 'server.list');
    await other.next();
    slow.open();
    expect(await client.next()).toMatchObject({ id: 1, result: { job: 'job-1' } });
    await client.closed;
  });

  it('only its own methods on the notify socket', async () => {
    const client = await engine.connect(engine.notify.path);
    client.request(1, 'fence.request', { server: 'server1', action: 'off' });
    client.request(2, 'cluster.report', { node: 'server2', state: 'down' });
    expect(await client.take(2)).toMatchObject([
      { id: 1, error: { code: -32601 } },
      { id: 2, result: {} },
    ]);
  });
});

describe('the engine socket holds its limits', () => {
  it('takes 256 unanswered requests and refuses the rest', async () => {
    const slow = gate();
    engine.services.fence = async () => {
      await slow.opened;
      return { ...report, running: true };
    };
    const client = await engine.connect();
    for (let id = 1; id <= 300; id += 1) client.request(id, 'fence.get', { job: 'job-1' });
    const refused = await client.take(44);
    expect(refused.map(({ id }) => id)).toEqual(Array.from({ length: 44 }, (_, index) => 257 + index));
    expect(refused[0]).toMatchObject({ error: { code: -32002, data: { code: 'rpc.tooManyRequests' } } });
    slow.open();
    const answered = await client.take(256);
    expect(answered.every(({ result }) => result !== undefined)).toBe(true);
    expect(engine.engine.counters().dropped.tooManyRequests).toBe(44);
  });

  it('answers a line of 10 MiB with an error and closes that connection only', async () => {
    const other = await engine.connect();
    const client = await engine.connect();
    client.write(Buffer.alloc(10 * 1024 * 1024, 0x61));
    expect(await client.next()).toMatchObject({
      id: null,
      error: { code: -32001, data: { code: 'rpc.lineTooLong' } },
    });
    await client.closed;
    other.request(1, 'server.list');
    expect(await other.next()).toMatchObject({ id: 1 });
    expect(engine.warnings).toMatchObject([{ reason: 'lineTooLong' }]);
  });

  it('gives up on binary garbage after 16 bad lines', async () => {
    const client = await engine.connect();
    for (let n = 0; n < 100; n += 1) client.write(Uint8Array.of(0xff, 0x00, 0x80 + n, 0x0a));
    const replies = await client.take(16);
    expect(replies.every(({ error }) => error?.code === -32700)).toBe(true);
    await expect(client.next()).rejects.toThrow();
    expect(engine.engine.counters().dropped.badLines).toBe(1);
  });

  it('forgives bad lines between good ones', async () => {
    const client = await engine.connect();
    for (let id = 0; id < 20; id += 1) {
      client.write('oops\n');
      client.request(id, 'server.list');
    }
    expect(await client.take(40)).toHaveLength(40);
  });

  it('cuts off a client that does not read its answers, and serves the others', async () => {
    engine.services.servers = () => [{ ...row, name: 'x'.repeat(200_000) }];
    const deaf = await engine.connect();
    deaf.socket.pause();
    const other = await engine.connect();
    for (let id = 0; id < 100; id += 1) deaf.request(id, 'server.list');
    for (let id = 0; engine.engine.counters().dropped.notReading === 0; id += 1) {
      other.request(id, 'server.get', { server: 'server1' });
      expect(await other.next()).toMatchObject({ id, result: { name: 'server1' } });
    }
    deaf.socket.resume();
    await deaf.closed;
    other.request('last', 'server.get', { server: 'server1' });
    expect(await other.next()).toMatchObject({ id: 'last' });
  });

  it('turns the 257th client away, unless one only waits for its answer', async () => {
    const slow = gate();
    engine.services.fence = async () => {
      await slow.opened;
      return { ...report, running: true };
    };
    const clients = await Promise.all(Array.from({ length: 256 }, () => engine.connect()));
    clients.at(-1)?.request(1, 'health');
    await clients.at(-1)?.next();
    const refused = await engine.connect();
    await refused.closed;
    expect(engine.engine.counters().dropped.tooManyConnections).toBe(1);
    clients[0]?.request(1, 'fence.get', { job: 'job-1' });
    clients[0]?.socket.end();
    await expect.poll(() => engine.engine.counters().requests).toBe(2);
    const served = await engine.connect();
    served.request(1, 'server.list');
    expect(await served.next()).toMatchObject({ id: 1 });
    expect(engine.engine.counters().dropped.madeRoom).toBe(1);
    slow.open();
  });

  it('lets a request run on when its client dies', async () => {
    const started = gate();
    const slow = gate();
    const ended = gate();
    engine.services.requestFence = async () => {
      started.open();
      await slow.opened;
      ended.open();
      return { ...report, joined: false };
    };
    const client = await engine.connect();
    client.request(1, 'fence.request', { server: 'server1', action: 'off' });
    await started.opened;
    await client.close();
    slow.open();
    await ended.opened;
  });
});
