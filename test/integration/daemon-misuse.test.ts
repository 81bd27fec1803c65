import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { bounded } from '../support/bounded.ts';
import { type BusySite, createBusySite } from '../support/busy-site.ts';
import { type BmcAccess, createSite, type Daemon } from '../support/daemon.ts';
import { connectLines, type LineClient, type Message } from '../support/line-client.ts';

const mebibyte = 1024 * 1024;
const answerLimitMs = 5_000;

/** A BMC that no test here speaks to. */
const nowhere: BmcAccess = { host: '127.0.0.1', port: 9, user: 'nobody', password: 'none' };

let busy: BusySite;
let daemon: Daemon;
let client: EngineClient;
beforeAll(async () => {
  busy = await createBusySite();
  daemon = await busy.site.start();
  client = await busy.site.connect();
});
afterAll(async () => {
  await client.close();
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  await busy.sims.process.stop();
});

describe('a configuration that is wrong', () => {
  const good = '{"version": 1, "cluster": "c", "self": {"node": "gw", "role": "control"}, "servers": {}}';
  const wrong: readonly [string, string, RegExp][] = [
    ['a syntax error', 'version: 1\ncluster: [\n', /^\S+noroshi\.yaml:\d+: /],
    ['a missing key', 'version: 1\n', /noroshi\.yaml:\d+: cluster: /],
    ['an unknown key', `${good.slice(0, -1)},\n "clutser": 1}`, /noroshi\.yaml:2: clutser: /],
    [
      'a wrong type',
      `${good.slice(0, -1)},\n\n "fence": {"deadlineSeconds": "soon"}}`,
      /noroshi\.yaml:3: fence\.deadlineSeconds: /,
    ],
    ['a file that is no text', '\u0000\u0001', /noroshi\.yaml/],
    ['an empty file', '', /noroshi\.yaml:\d+: /],
  ];

  for (const [what, text, sentence] of wrong) {
    test(`${what}: exit 2, with file and line`, async () => {
      const site = createSite({ servers: {} });
      writeFileSync(site.configFile, text);
      const ran = site.launch();
      expect(await bounded(ran.exited, answerLimitMs, 'the end of the daemon')).toEqual({
        code: 2,
        signal: null,
      });
      expect(ran.output()).toMatch(sentence);
      expect(existsSync(site.stateDirectory)).toBe(false);
      expect(await site.cli(['check-config', '--config', site.configFile])).toMatchObject({ code: 2 });
    });
  }

  test('a file that is not there, and a password file that is not there: exit 2', async () => {
    const site = createSite({ servers: {} });
    const missing = await site.cli(['run', '--config', join(site.folder, 'nowhere.yaml')]);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere.yaml') });
    const bmc = { model: 'ipmi', host: '192.0.2.1', user: 'x', passwordFile: 'nowhere.pw' };
    site.configure({ servers: {}, sections: { servers: { server1: { bmc } } } });
    const noPassword = await site.cli(['run', '--config', site.configFile]);
    expect(noPassword).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/yaml:\d+: .*passwordFile: /),
    });
  });

  test('a state directory or socket that cannot be had: exit 1, with code, path and remedy in the log', async () => {
    const site = createSite({ servers: { server1: nowhere } });
    writeFileSync(join(site.folder, 'file'), '');
    for (const [sections, code] of [
      [{ stateDirectory: 'file/state' }, 'journal.failed'],
      [{ engine: { socket: 'file/engine.sock' } }, 'socket.failed'],
      [{ engine: { socket: 'file' } }, 'socket.failed'],
      [{ engine: { socket: 'engine.sock', group: 'no-such-group' } }, 'socket.failed'],
    ] as const) {
      site.configure({ servers: { server1: nowhere }, sections });
      const ran = site.launch();
      expect(await bounded(ran.exited, answerLimitMs, 'the end of the daemon')).toEqual({
        code: 1,
        signal: null,
      });
      expect(ran.lines().at(-1)).toMatchObject({ level: 'error', code, remedy: expect.any(String) });
    }
    expect(existsSync(join(site.folder, 'file'))).toBe(true);
  });
});

describe('nonsense on the socket, while a forced stop is under way', () => {
  const say = async (bytes: string | Uint8Array): Promise<{ raw: LineClient; answer: Message }> => {
    const raw = await connectLines(busy.site.socket);
    raw.write(bytes);
    return { raw, answer: await bounded(raw.next(), answerLimitMs, 'an answer') };
  };
  const codeOf = ({ error }: Message) => error?.data.code;
  const call = (method: string, params: unknown) =>
    `${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })}\n`;

  test('bad JSON, and then a good request on the same connection', async () => {
    await busy.undisturbed(client, async () => {
      const { raw, answer } = await say('{"jsonrpc": \n');
      expect(answer).toMatchObject({ id: null, error: { code: -32700, data: { code: 'rpc.parse' } } });
      raw.request(7, 'health', {});
      expect(await raw.next()).toMatchObject({ id: 7, result: { jobsRunning: 1 } });
      await raw.close();
    });
  });

  test('a line of 10 MiB', async () => {
    await busy.undisturbed(client, async () => {
      const { raw, answer } = await say(`{"jsonrpc": "2.0", "method": "${'x'.repeat(10 * mebibyte)}"}\n`);
      expect(codeOf(answer)).toBe('rpc.lineTooLong');
      await bounded(raw.closed, answerLimitMs, 'the connection to be closed');
    });
  });

  test('10 MiB without an end of line', async () => {
    await busy.undisturbed(client, async () => {
      const { raw, answer } = await say(Buffer.alloc(10 * mebibyte, 0x20));
      expect(codeOf(answer)).toBe('rpc.lineTooLong');
      await bounded(raw.closed, answerLimitMs, 'the connection to be closed');
    });
  });

  test('binary', async () => {
    await busy.undisturbed(client, async () => {
      const bytes = Uint8Array.from({ length: 4_096 }, (_byte, index) => (index * 167) % 256);
      const { raw, answer } = await say(bytes);
      expect(codeOf(answer)).toBe('rpc.parse');
      await raw.close();
    });
  });

  test('line after line of it: the connection is cut', async () => {
    await busy.undisturbed(client, async () => {
      const { raw } = await say('nonsense\n'.repeat(100));
      await bounded(raw.closed, answerLimitMs, 'the connection to be closed');
    });
  });

  test('an unknown server, an unknown method, wrong parameters: each its own error', async () => {
    const asked: readonly [string, unknown, number, string][] = [
      ['fence.request', { server: 'nosuch', action: 'off' }, -32000, 'server.unknown'],
      ['fence.request', { server: '__proto__', action: 'off' }, -32000, 'server.unknown'],
      ['fence.request', { server: 'constructor', action: 'off' }, -32000, 'server.unknown'],
      ['server.get', { server: 'toString' }, -32000, 'server.unknown'],
      ['cluster.report', { node: '__proto__', state: 'up' }, -32000, 'server.unknown'],
      ['identify.set', { server: 'nosuch', lit: true }, -32000, 'server.unknown'],
      ['fence.get', { job: '__proto__' }, -32000, 'job.unknown'],
      ['fence.explode', {}, -32601, 'rpc.method'],
      ['constructor', {}, -32601, 'rpc.method'],
      ['fence.request', { server: 'quick', action: 'explode' }, -32602, 'rpc.params'],
      ['fence.request', { server: 'quick', action: 'off', deadlineMs: 0 }, -32602, 'rpc.params'],
      ['fence.request', { server: 'quick', action: 'off', force: true }, -32602, 'rpc.params'],
      ['events.subscribe', { after: 999_999_999 }, -32602, 'rpc.params'],
    ];
    await busy.undisturbed(client, async () => {
      for (const [method, params, code, name] of asked) {
        const { raw, answer } = await say(call(method, params));
        expect({ method, params, error: answer.error }).toMatchObject({
          error: { code, data: { code: name }, message: expect.any(String) },
        });
        await raw.close();
      }
    });
    expect(busy.sims.powerChanges('quick')).toEqual([]);
  });

  test('a hundred clients that connect, ask for a stop, and die', async () => {
    await busy.undisturbed(client, async () => {
      const clients = await Promise.all(Array.from({ length: 100 }, () => connectLines(busy.site.socket)));
      for (const one of clients) one.request(1, 'fence.request', { server: 'quick', action: 'status' });
      await Promise.all(clients.map((one) => one.close()));
    });
    expect(daemon.running()).toBe(true);
  });
});

describe('a second daemon, while a forced stop is under way', () => {
  test('on the same state directory: journal.locked, exit 1', async () => {
    await busy.undisturbed(client, async () => {
      const second = busy.site.launch();
      expect(await bounded(second.exited, answerLimitMs, 'its end')).toEqual({ code: 1, signal: null });
      expect(second.lines().at(-1)).toMatchObject({ level: 'error', code: 'journal.locked' });
    });
    expect(await busy.site.cli(['status'])).toMatchObject({ code: 0 });
  });

  test('on the same socket: socket.inUse, exit 1, and the socket stays with the first', async () => {
    const other = createSite({
      ...busy.options,
      sections: { engine: { socket: busy.site.socket, mode: '0600' } },
    });
    await busy.undisturbed(client, async () => {
      const second = other.launch();
      expect(await bounded(second.exited, answerLimitMs, 'its end')).toEqual({ code: 1, signal: null });
      expect(second.lines().at(-1)).toMatchObject({ level: 'error', code: 'socket.inUse' });
    });
    expect(await busy.site.cli(['status'])).toMatchObject({ code: 0 });
  });
});

test('a daemon that was killed leaves a socket file behind, which the next one replaces', async () => {
  const site = createSite({ servers: { server1: nowhere } });
  const killed = await site.start();
  await killed.kill();
  expect(existsSync(site.socket)).toBe(true);
  expect(await site.cli(['status'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('socket.unreachable'),
  });
  const next = await site.start();
  expect(await site.cli(['status'])).toMatchObject({ code: 0 });
  expect(await next.stop()).toEqual({ code: 0, signal: null });
  expect(existsSync(site.socket)).toBe(false);
});
