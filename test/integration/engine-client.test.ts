import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectEngine, type EngineClient, type EngineNotification } from '../../src/cli/engine-client.ts';
import { type EngineFixture, gate, report, row, startEngine } from '../support/engine-fixture.ts';

let engine: EngineFixture;
let client: EngineClient;
beforeEach(async () => {
  engine = await startEngine();
  client = await connectEngine(engine.path);
});
afterEach(async () => {
  await client.close();
  await engine.close();
});

describe('the client of the engine socket', () => {
  it('calls methods, many at a time', async () => {
    const [servers, fence] = await Promise.all([
      client.call('server.list', {}),
      client.call('fence.request', { server: 'server1', action: 'off', deadlineMs: 5_000 }),
    ]);
    expect(servers).toEqual([row]);
    expect(fence).toEqual({ ...report, joined: false });
  });

  it('throws the errors of the daemon by their code', async () => {
    await expect(client.call('server.get', { server: 'nosuch' })).rejects.toMatchObject({
      code: 'server.unknown',
    });
    await expect(client.call('server.get', { server: '' })).rejects.toMatchObject({ code: 'rpc.params' });
  });

  it('names the path of a socket nobody listens on', async () => {
    const path = join(engine.directory, 'nobody.sock');
    await expect(connectEngine(path)).rejects.toMatchObject({
      code: 'socket.unreachable',
      message: expect.stringContaining(path),
    });
  });

  it('hears notifications', async () => {
    const heard: EngineNotification[] = [];
    const arrived = gate();
    const stop = client.onNotification((notification) => {
      heard.push(notification);
      arrived.open();
    });
    expect(await client.call('events.subscribe', {})).toEqual({ from: 1 });
    const event = await engine.record();
    await arrived.opened;
    expect(heard).toEqual([{ method: 'event', params: event }]);
    stop();
  });

  it('stops waiting at its timeout, and takes no harm from the late answer', async () => {
    const slow = gate();
    engine.services.fence = async () => {
      await slow.opened;
      return { ...report, running: false };
    };
    const call = client.call('fence.get', { job: 'job-1' }, { timeoutMs: 20 });
    await expect(call).rejects.toMatchObject({ code: 'socket.unreachable' });
    slow.open();
    expect(await client.call('server.list', {})).toEqual([row]);
  });

  it('fails what waits when the daemon goes away', async () => {
    const never = gate();
    const started = gate();
    engine.services.fence = async () => {
      started.open();
      await never.opened;
      return { ...report, running: false };
    };
    const call = client.call('fence.get', { job: 'job-1' });
    await started.opened;
    await Promise.all([
      expect(call).rejects.toMatchObject({ code: 'socket.unreachable' }),
      engine.engine.close(),
    ]);
    await expect(client.call('health', {})).rejects.toMatchObject({ code: 'socket.unreachable' });
    never.open();
  });

  it('does not hang on a daemon that sends nonsense', async () => {
    const path = join(engine.directory, 'nonsense.sock');
    const server = createServer((socket) => socket.on('data', () => socket.write('what?\n')));
    server.listen(path);
    await once(server, 'listening');
    const confused = await connectEngine(path);
    await expect(confused.call('health', {})).rejects.toMatchObject({ code: 'rpc.internal' });
    await confused.close();
    server.close();
  });
});
