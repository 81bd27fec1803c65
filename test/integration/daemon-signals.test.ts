import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { atEnd } from '../interop/rig/endings.ts';
import { bounded, until } from '../support/bounded.ts';
import { type BusySite, createBusySite } from '../support/busy-site.ts';
import { createSite, type Daemon } from '../support/daemon.ts';
import { describeWithPeers } from '../support/peers.ts';

const limitMs = 5_000;

const says =
  (message: string) =>
  ({ message: said }: { message?: unknown }) =>
    said === message;
const reloaded = says('the configuration was reloaded');
const rejected = says('the new configuration is not valid; the old one stays in force');

let busy: BusySite;
beforeAll(async () => {
  busy = await createBusySite();
});
afterAll(() => busy.sims.process.stop());

let daemon: Daemon;
let client: EngineClient;
beforeEach(async () => {
  busy.site.configure(busy.options);
  daemon = await busy.site.start();
  client = await busy.site.connect();
});
afterEach(async () => {
  await client.close();
  await daemon.stop();
});

/** SIGHUP; resolves when the log says what came of it. */
const reload = async (outcome: typeof reloaded): Promise<void> => {
  const before = daemon.lines().filter(outcome).length;
  daemon.signal('SIGHUP');
  await until(() => daemon.lines().filter(outcome).length > before, limitMs, 'the end of the reload');
};

const statusOf = (server: string) =>
  client.call('fence.request', { server, action: 'status', deadlineMs: 4_000 });

describe('SIGHUP', () => {
  test('with a good file: a new password takes effect, and a stop under way goes on', async () => {
    const { quick, slow } = busy.options.servers as Required<typeof busy.options.servers>;
    if (!quick || !slow) throw new Error('the busy site has two servers');
    busy.site.configure({ servers: { slow, quick: { ...quick, password: 'wrong' } } });
    await busy.undisturbed(client, () => reload(reloaded));
    expect(await statusOf('quick')).toMatchObject({ outcome: 'refused', reason: { code: 'bmc.auth' } });
    busy.site.configure(busy.options);
    await busy.undisturbed(client, () => reload(reloaded));
    expect(await statusOf('quick')).toMatchObject({ outcome: 'confirmed' });
  });

  test('with a file in which the server is missing: its stop under way goes on, a new one is refused', async () => {
    const { quick } = busy.options.servers;
    busy.site.configure({ servers: quick ? { quick } : {} });
    await busy.undisturbed(client, async () => {
      await reload(reloaded);
      await expect(statusOf('slow')).rejects.toMatchObject({ code: 'server.unknown' });
    });
  });

  test('with a broken file: the old configuration stays, and log and journal say why, with file and line', async () => {
    writeFileSync(busy.site.configFile, 'version: 1\nclutser: x\n');
    await busy.undisturbed(client, () => reload(rejected));
    expect(await statusOf('quick')).toMatchObject({ outcome: 'confirmed' });
    const { events } = await client.call('events.read', { types: ['config.rejected'] });
    const problems = [expect.stringMatching(/noroshi\.yaml:2: clutser: /)];
    expect(events.at(-1)).toMatchObject({ data: { problems: expect.arrayContaining(problems) } });
    expect(daemon.lines().find(rejected)).toMatchObject({ problems: expect.arrayContaining(problems) });
  });

  test('with changes that need a restart: says so, and goes on with the old ones', async () => {
    busy.site.configure({
      ...busy.options,
      sections: { stateDirectory: 'elsewhere', engine: { socket: 'other.sock' } },
    });
    await reload(reloaded);
    expect(daemon.lines()).toContainEqual(
      expect.objectContaining({ level: 'warn', sections: ['stateDirectory', 'engine'] }),
    );
    expect(await busy.site.cli(['status'])).toMatchObject({ code: 0 });
  });

  test('with another language: alerts of past events come in that one', async () => {
    await client.call('fence.request', { server: 'quick', action: 'off' });
    const [about] = (await client.call('events.read', { types: ['fence.requested'] })).events.slice(-1);
    const after = (about?.seq ?? 0) - 1;
    const messages = async () => (await client.call('events.read', { after, limit: 1 })).events[0]?.alerts;
    const id = { module: 'rc', id: 400, level: 'info' };
    expect(await messages()).toEqual([
      { ...id, message: expect.stringMatching(/^Power-off of server quick/) },
    ]);
    busy.site.configure({ ...busy.options, sections: { alerts: { language: 'ja' } } });
    await reload(reloaded);
    expect(await messages()).toEqual([
      { ...id, message: expect.stringContaining('サーバ quick の強制停止') },
    ]);
    const printed = await busy.site.cli(['events', '--after', String(after)], { env: { LC_ALL: 'C' } });
    expect(printed.stdout).toContain('rc/400  info  サーバ quick の強制停止');
  });

  test('again and again: sessions of the old configurations do not pile up in the BMC', async () => {
    const { quick } = busy.options.servers;
    const warm = { ...quick, warmSession: true } as typeof quick;
    busy.site.configure({ servers: warm ? { quick: warm } : {} });
    for (let count = 0; count < 8; count += 1) {
      await reload(reloaded);
      expect(await statusOf('quick')).toMatchObject({ outcome: 'confirmed' });
    }
    const count = (event: string) => busy.sims.facts('quick').filter((fact) => fact.event === event).length;
    await until(
      () => count('sessionOpened') - count('sessionClosed') <= 1,
      limitMs,
      'the sessions to be closed',
    );
  });
});

describe('SIGTERM', () => {
  test('during a forced stop: its caller is told, the job has an outcome, and nothing is left behind', async () => {
    await busy.sims.set('slow', { power: 'on' });
    const stop = client.call('fence.request', { server: 'slow', action: 'off' });
    const accepted = async () => (await client.call('fence.get', { server: 'slow' })).accepted;
    await until(accepted, limitMs, 'the power-off to be accepted');
    const ended = daemon.stop(3_000);
    const answer = await stop;
    expect(answer).toMatchObject({ outcome: 'unknown', fenced: false, reason: { code: 'fence.stopping' } });
    expect(await ended).toEqual({ code: 0, signal: null });
    daemon = await busy.site.start();
    client = await busy.site.connect();
    expect(await client.call('fence.get', { job: answer.job })).toMatchObject({
      outcome: 'unknown',
      reason: { code: 'fence.stopping' },
    });
  });

  test('while a BMC is frozen: the end does not wait for it', async () => {
    await busy.sims.set('quick', { frozen: true });
    const stop = client.call('fence.request', { server: 'quick', action: 'off' });
    const started = async () => (await client.call('fence.get', { server: 'quick' })).running;
    await until(started, limitMs, 'the job to start');
    const ended = daemon.stop(3_000);
    expect(await stop).toMatchObject({ outcome: 'refused', reason: { code: 'fence.stopping' } });
    expect(await ended).toEqual({ code: 0, signal: null });
    await busy.sims.set('quick', { frozen: false });
  });

  test('twice ends it at once', async () => {
    daemon.signal('SIGTERM');
    daemon.signal('SIGTERM');
    const { code, signal } = await bounded(daemon.exited, limitMs, 'the end of the daemon');
    expect(code ?? signal).toBeOneOf([0, 'SIGTERM']);
  });
});

/** A service manager that only listens. */
const listener = `
import json, socket, sys
listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listening.bind(sys.argv[1])
print(json.dumps("listening"), flush=True)
while True: print(json.dumps(listening.recv(4096).decode()), flush=True)
`;

const startListener = async (socket: string): Promise<{ child: ChildProcess; told: () => string[] }> => {
  const child = spawn('python3', ['-c', listener, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  atEnd({ stop: async () => void child.kill('SIGKILL'), kill: () => void child.kill('SIGKILL') });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(JSON.parse(line) as string));
  await bounded(once(reader, 'line'), limitMs, 'the listener');
  const states = () => lines.flatMap((line) => /^(?:READY|RELOADING|STOPPING|WATCHDOG)=1$/m.exec(line) ?? []);
  return { child, told: states };
};

describeWithPeers(['systemd-notify', 'python3'], 'under a service manager', () => {
  test('tells that it is ready, reloads, lives and stops, in this order', async () => {
    const site = createSite(busy.options);
    const socket = join(site.folder, 'notify');
    const { child, told } = await startListener(socket);
    const served = site.launch({ env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '200000' } });
    const without = (state: string) => told().filter((one) => one !== state);
    await until(() => told().includes('READY=1'), limitMs * 2, 'READY=1');
    expect(served.lines().some(says('ready'))).toBe(true);
    for (const count of [1, 2, 3]) {
      served.signal('SIGHUP');
      await until(() => without('WATCHDOG=1').length === 1 + 2 * count, limitMs, 'the end of the reload');
    }
    await until(() => told().filter((state) => state === 'WATCHDOG=1').length > 2, limitMs, 'signs of life');
    expect(await served.stop()).toEqual({ code: 0, signal: null });
    await until(() => told().includes('STOPPING=1'), limitMs, 'STOPPING=1');
    const reloads = ['RELOADING=1', 'READY=1'];
    expect(without('WATCHDOG=1')).toEqual(['READY=1', ...reloads, ...reloads, ...reloads, 'STOPPING=1']);
    expect(told()[0]).toBe('READY=1');
    child.kill('SIGKILL');
  });

  test('goes on where the service manager cannot be told', async () => {
    const site = createSite(busy.options);
    const served = await site.start({ env: { NOTIFY_SOCKET: join(site.folder, 'nobody') } });
    await served.line(says('systemd-notify failed'), 'a warning');
    expect(await site.cli(['status'])).toMatchObject({ code: 0 });
    expect(await served.stop()).toEqual({ code: 0, signal: null });
  });
});
