import { statSync } from 'node:fs';
import { link, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineSocket, listenEngineSocket } from '../../src/bridge/engine/server.ts';
import { openSocketFile } from '../../src/bridge/engine/socket-file.ts';
import { systemClock } from '../../src/core/clock.ts';
import { silentLogger } from '../../src/core/log.ts';
import { connectLines } from '../support/line-client.ts';

let directory: string;
let path: string;
let opened: EngineSocket[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'noroshi-file-'));
  path = join(directory, 'engine.sock');
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((socket) => socket.close()));
  await rm(directory, { recursive: true, force: true });
});

const listen = async (options: { path?: string; group?: string; mode?: number } = {}) => {
  const given = { path, mode: 0o660, methods: new Map(), clock: systemClock, log: silentLogger };
  const socket = await listenEngineSocket({ ...given, ...options });
  opened.push(socket);
  return socket;
};

const modeOf = async (file: string) => (await stat(file)).mode & 0o777;

/** A socket file whose listener is gone, as a killed daemon leaves it. */
const leaveStaleSocket = async () => {
  const server = createServer();
  const first = join(directory, 'first.sock');
  await new Promise<void>((resolve) => server.listen(first, resolve));
  await link(first, path);
  await new Promise((resolve) => server.close(resolve));
};

describe('the socket file', () => {
  it('gets its mode, leaves the umask as it was, and goes away at the end', async () => {
    const umask = process.umask();
    const socket = await listen();
    expect(await modeOf(path)).toBe(0o660);
    expect(process.umask()).toBe(umask);
    await socket.close();
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is never open to others, not even while it is made under a loose umask', async () => {
    const server = createServer();
    let modeAtBirth = 0o777;
    server.once('listening', () => {
      modeAtBirth = statSync(path).mode & 0o777;
    });
    const umask = process.umask(0);
    await openSocketFile(server, { path, mode: 0o660 }).finally(() => process.umask(umask));
    await new Promise((resolve) => server.close(resolve));
    expect(modeAtBirth).toBe(0o600);
  });

  it('gets its group, by name', async () => {
    const own = process.getgid?.();
    const line = (await readFile('/etc/group', 'utf8'))
      .split('\n')
      .find((each) => each.split(':')[2] === `${own}`);
    const group = line?.split(':')[0];
    await listen(group === undefined ? {} : { group });
    expect((await stat(path)).gid).toBe(own);
  });

  it('is not made for a group that does not exist', async () => {
    await expect(listen({ group: 'no-such-group' })).rejects.toMatchObject({ code: 'socket.failed' });
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('replaces one that a dead process left', async () => {
    await leaveStaleSocket();
    await listen();
    const client = await connectLines(path);
    client.request(1, 'no.such');
    expect(await client.next()).toMatchObject({ id: 1, error: { code: -32601 } });
    await client.close();
  });

  it('is refused while a live process listens, which goes on', async () => {
    await listen();
    await expect(listen()).rejects.toMatchObject({ code: 'socket.inUse' });
    const client = await connectLines(path);
    client.request(1, 'no.such');
    expect(await client.next()).toMatchObject({ id: 1 });
    await client.close();
  });

  it('never replaces what is not a socket', async () => {
    await writeFile(path, 'precious');
    await expect(listen()).rejects.toMatchObject({ code: 'socket.failed' });
    expect(await readFile(path, 'utf8')).toBe('precious');
  });

  it('gets a directory that only owner and group may enter, but no deeper path', async () => {
    const inside = join(directory, 'run', 'engine.sock');
    await listen({ path: inside });
    expect(await modeOf(join(directory, 'run'))).toBe(0o750);
    const deep = join(directory, 'a', 'b', 'engine.sock');
    await expect(listen({ path: deep })).rejects.toMatchObject({ code: 'socket.failed' });
  });

  it('is refused a path that the system would cut short', async () => {
    const long = join(directory, 'x'.repeat(120));
    await expect(listen({ path: long })).rejects.toMatchObject({ code: 'socket.failed' });
  });
});
