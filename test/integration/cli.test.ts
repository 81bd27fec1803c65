import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { version } from '../../src/app/paths.ts';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { freeUdpPort } from '../interop/rig/asf-ping.ts';
import { type RunResult, run } from '../interop/rig/run.ts';
import { until } from '../support/bounded.ts';
import { createSite, type Daemon, type Site } from '../support/daemon.ts';
import { noroshi, startNoroshi } from '../support/noroshi-process.ts';
import { type SimBmcs, startSimBmcs } from '../support/sim-bmc-process.ts';

let sims: SimBmcs;
let site: Site;
let daemon: Daemon;
let client: EngineClient;

beforeAll(async () => {
  sims = await startSimBmcs([
    { name: 'server1', offDelayMs: 0, onDelayMs: 0 },
    { name: 'locked' },
    { name: 'frozen' },
  ]);
  await sims.set('frozen', { frozen: true });
  const closed = { ...sims.access('server1'), port: await freeUdpPort('127.0.0.1') };
  site = createSite({
    servers: {
      server1: sims.access('server1'),
      locked: { ...sims.access('locked'), password: 'wrong' },
      frozen: sims.access('frozen'),
      closed,
    },
  });
  daemon = await site.start();
  client = await site.connect();
});
afterAll(async () => {
  await client.close();
  await daemon.stop();
  await sims.process.stop();
});

const cli = (...words: string[]): Promise<RunResult> => site.cli(words);
const json = ({ stdout }: RunResult): unknown => JSON.parse(stdout);
const jsonLines = ({ stdout }: RunResult): unknown[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('wrong usage: exit 2, one clear complaint, nothing done', () => {
  const wrong: readonly (readonly string[])[] = [
    [],
    ['explode'],
    ['run'],
    ['run', '--config'],
    ['check-config'],
    ['status', 'extra'],
    ['status', '--nonsense'],
    ['fence'],
    ['fence', 'server1'],
    ['fence', 'server1', 'explode'],
    ['fence', 'server1', 'off', 'extra'],
    ['fence', 'server1', 'off', '--deadline', 'soon'],
    ['fence', 'server1', 'off', '--deadline', '15'],
    ['fence', 'server1', 'off', '--deadline', '0s'],
    ['fence', 'server1', 'off', '--deadline', '99ms'],
    ['fence', 'server1', 'off', '--deadline', '61m'],
    ['fence', 'server1', 'off', '--deadline', '-5s'],
    ['fence', 'server1', 'off', '--requester', ''],
    ['fence', '', 'off'],
    ['confirm', 'server1'],
    ['confirm', '--reason', 'x'],
    ['confirm', 'server1', '--reason', ''],
    ['confirm', 'server1', '--reason', 'two\nlines'],
    ['confirm', 'server1', '--reason', 'x', '--requester', ''],
    ['identify', 'server1'],
    ['identify', 'server1', 'blink'],
    ['maintenance', 'server1'],
    ['maintenance', 'server1', 'on'],
    ['maintenance', 'server1', 'on', '--until', 'soon'],
    ['maintenance', 'server1', 'off', '--until', '2h'],
    ['maintenance', 'server1', 'maybe'],
    ['bmc'],
    ['bmc', 'explode', 'server1'],
    ['bmc', 'pin'],
    ['events', '--after', 'soon'],
    ['events', '--after', '-1'],
    ['events', '--after', ''],
    ['events', '--after', '1.5'],
    ['events', '--type', 'no.such.type'],
    ['sim'],
    ['sim', 'bmc', '--port', 'high'],
    ['sim', 'bmc', '--port', '65536'],
    ['sim', 'bmc', '--suites', '4'],
    ['sim', 'bmc', '--file', '/nowhere/bmcs.json'],
    ['sim', 'bmc', '--password-file', '/nowhere/password'],
  ];

  test('whatever it is', async () => {
    const ended = await Promise.all(wrong.map((words) => cli(...words)));
    for (const [index, { code, stdout, stderr }] of ended.entries()) {
      const words = wrong[index];
      expect({ words, code, stdout }).toEqual({ words, code: 2, stdout: '' });
      expect({ words, stderr }).toEqual({ words, stderr: expect.stringMatching(/\S/) });
      expect({ words, stack: /^\s+at /m.test(stderr) }).toEqual({ words, stack: false });
    }
    expect(sims.powerChanges('server1')).toEqual([]);
  }, 60_000);
});

describe('help and version', () => {
  test('go to standard output, exit 0', async () => {
    expect(await cli('--version')).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
    for (const words of [
      ['--help'],
      ['help'],
      ['help', 'fence'],
      ['fence', '--help'],
      ['sim', 'bmc', '--help'],
    ]) {
      expect(await cli(...words)).toMatchObject({
        code: 0,
        stderr: '',
        stdout: expect.stringContaining('Usage:'),
      });
    }
  });
});

describe('check-config', () => {
  test('a good file: exit 0', async () => {
    const check = (...more: string[]) => cli('check-config', '--config', site.configFile, ...more);
    expect(await check()).toMatchObject({ code: 0, stdout: expect.stringContaining('server1') });
    expect(json(await check('--json'))).toMatchObject({ ok: true, problems: [], warnings: [] });
  });

  test('a bad one: exit 2, with file and line also in JSON', async () => {
    const bad = createSite({ servers: {}, sections: { nonsense: 1 } });
    const ended = await cli('check-config', '--config', bad.configFile, '--json');
    expect(ended.code).toBe(2);
    expect(json(ended)).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([expect.stringMatching(/noroshi\.yaml:\d+: nonsense: /)]),
    });
  });
});

describe('fence', () => {
  test('confirmed: exit 0, and --json prints the result of fence.request', async () => {
    const ended = await cli(
      'fence',
      'server1',
      'off',
      '--json',
      '--requester',
      'somebody',
      '--deadline',
      '9s',
    );
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(json(ended)).toMatchObject({
      job: expect.any(String),
      server: 'server1',
      action: 'off',
      outcome: 'confirmed',
      fenced: true,
      proof: { by: 'bmc', power: 'off', at: expect.any(String) },
      journalled: true,
      joined: false,
      steps: expect.arrayContaining([{ atMs: expect.any(Number), step: 'read', result: 'off' }]),
    });
    const { events } = await client.call('events.read', { types: ['fence.requested'] });
    expect(events.at(-1)).toMatchObject({ data: { requester: 'somebody', deadlineMs: 9_000 } });
    expect(await cli('fence', 'server1', 'on')).toMatchObject({ code: 0 });
    expect(await cli('fence', 'server1', 'status')).toMatchObject({ code: 0 });
  });

  test('refused and unknown: exit 1, in JSON as well', async () => {
    const ends = await Promise.all([
      cli('fence', 'locked', 'off', '--json'),
      cli('fence', 'closed', 'off', '--json'),
      cli('fence', 'frozen', 'off', '--json', '--deadline', '500ms'),
      cli('fence', 'server1', 'nmi', '--json'),
    ]);
    expect(ends.map(({ code }) => code)).toEqual([1, 1, 1, 1]);
    expect(ends.map(json)).toMatchObject([
      { outcome: 'refused', fenced: false, reason: { code: 'bmc.auth' } },
      { outcome: 'refused', fenced: false, reason: { code: 'bmc.portClosed' } },
      { outcome: 'unknown', fenced: false, reason: { code: 'bmc.timeout' } },
      { outcome: 'unknown', fenced: false, accepted: true },
    ]);
  });

  test('an unknown server: exit 1, an error with its code in JSON', async () => {
    const ended = await cli('fence', 'nosuch', 'off', '--json');
    expect(ended.code).toBe(1);
    expect(json(ended)).toEqual({ error: { code: 'server.unknown', message: expect.any(String) } });
  });
});

describe('identify', () => {
  test('read back: exit 0; otherwise 1', async () => {
    const lit = await cli('identify', 'server1', 'on', '--json');
    expect(lit.code).toBe(0);
    expect(json(lit)).toEqual({ server: 'server1', outcome: 'confirmed' });
    expect(await client.call('server.get', { server: 'server1' })).toMatchObject({ identify: { lit: true } });
    expect(await cli('identify', 'server1', 'off')).toMatchObject({ code: 0 });
    expect(await client.call('server.get', { server: 'server1' })).toMatchObject({
      identify: { lit: false },
    });
    const refused = await cli('identify', 'locked', 'on', '--json');
    expect(refused.code).toBe(1);
    expect(json(refused)).toMatchObject({ outcome: 'refused', reason: { code: 'bmc.auth' } });
    expect(await cli('identify', 'nosuch', 'on')).toMatchObject({ code: 1 });
  });
});

describe('status and events', () => {
  test('status shows every server', async () => {
    const table = await cli('status');
    expect(table).toMatchObject({ code: 0, stderr: '' });
    for (const server of ['server1', 'locked', 'frozen', 'closed']) expect(table.stdout).toContain(server);
    expect(json(await cli('status', '--json'))).toMatchObject({
      servers: expect.arrayContaining([expect.objectContaining({ name: 'server1', bmc: 'ok' })]),
      health: { uptimeSeconds: expect.any(Number) },
    });
  });

  test('events prints the journal, after a number, of some types, one JSON line each', async () => {
    const all = jsonLines(await cli('events', '--json'));
    expect(all.length).toBeGreaterThan(5);
    expect(all).toMatchObject(all.map((_event, index) => ({ seq: index + 1 })));
    // The frozen BMC may be found silent meanwhile, which is an event more.
    const untilThen = (events: unknown[]) =>
      events.filter((event) => (event as { seq: number }).seq <= all.length);
    const later = jsonLines(await cli('events', '--json', '--after', '3'));
    expect(untilThen(later)).toEqual(all.slice(3));
    const some = jsonLines(await cli('events', '--json', '--type', 'fence.req*', '--type', 'gateway.*'));
    expect(untilThen(some)).toEqual(
      all.filter((event) => /^(fence\.req|gateway\.)/.test((event as { type: string }).type)),
    );
    expect(await cli('events', '--after', '999999')).toMatchObject({ code: 0, stdout: '' });
  });

  test('events --follow prints what comes, and ends with 1 when the daemon goes', async () => {
    const own = createSite({ servers: { server1: { ...sims.access('locked'), password: 'wrong' } } });
    const owner = await own.start();
    const follower = startNoroshi(['events', '--follow', '--after', '0', '--json', '--socket', own.socket]);
    await follower.line(({ type }) => type === 'gateway.started', 'the first event');
    await own.cli(['fence', 'server1', 'off']);
    await follower.line(({ type }) => type === 'fence.finished', 'an event that came');
    await owner.stop();
    expect(await follower.exited).toEqual({ code: 1, signal: null });
    expect(follower.output()).toContain('the daemon closed the connection');
  });

  test('a reader that has seen enough is no fault', async () => {
    const command = `"${process.execPath}" "${noroshi}"`;
    const env = { NOROSHI_SOCKET: site.socket };
    let over = false;
    const readers = ['events', 'events --follow --after 0', 'status', 'fence server1 status'].map(
      async (words) => {
        const ended = await run(['sh', '-c', `${command} ${words} | head -n 1`], { env, timeoutMs: 15_000 });
        return { words, ...ended };
      },
    );
    const ends = Promise.all(readers).finally(() => {
      over = true;
    });
    // A pipe without a reader is only noticed by writing to it.
    while (!over) {
      await client.call('cluster.report', { node: 'server1', state: 'up' });
      await pause(50);
    }
    for (const ended of await ends) {
      expect(ended).toMatchObject({ words: ended.words, code: 0, stderr: '', timedOut: false });
    }
  });
});

describe('the socket of the daemon', () => {
  const nowhere = '/nowhere/engine.sock';

  test('is the one of --socket, else of NOROSHI_SOCKET, else the usual one', async () => {
    const at = (NOROSHI_SOCKET: string, ...words: string[]) => site.cli(words, { env: { NOROSHI_SOCKET } });
    expect(await at(nowhere, 'status', '--socket', site.socket)).toMatchObject({ code: 0 });
    expect(await at(nowhere, 'status')).toMatchObject({ code: 1, stderr: expect.stringContaining(nowhere) });
    expect(await at('', 'status')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('/run/noroshi/engine.sock'),
    });
  });

  test('where nobody is: exit 1, with the path, the code and what to do', async () => {
    const commands = [
      ['status'],
      ['events'],
      ['events', '--follow'],
      ['fence', 'server1', 'off'],
      ['identify', 'server1', 'on'],
      ['bmc', 'pin', 'server1'],
    ];
    const socket = ['--socket', join(site.folder, 'nobody.sock')];
    const told = await Promise.all(commands.map((words) => cli(...words, ...socket)));
    for (const { code, stdout, stderr } of told) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('nobody.sock');
      expect(stderr).toContain('socket.unreachable');
    }
    const inJson = await Promise.all(commands.map((words) => cli(...words, ...socket, '--json')));
    for (const ended of inJson) {
      expect(ended).toMatchObject({ code: 1, stderr: '' });
      expect(json(ended)).toMatchObject({ error: { code: 'socket.unreachable' } });
    }
  });

  test('where a daemon is stopped in its tracks: exit 1, not for ever', async () => {
    const own = createSite({ servers: { server1: { ...sims.access('locked'), password: 'wrong' } } });
    const stopped = await own.start();
    stopped.signal('SIGSTOP');
    const ended = await own.cli(['status'], { timeoutMs: 15_000 });
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('socket.unreachable') });
    stopped.signal('SIGCONT');
    await stopped.stop();
  });
});

describe('sim bmc', () => {
  test('says where it listens, and ends with 0 on SIGTERM', async () => {
    const simulator = startNoroshi(['sim', 'bmc', '--name', 'one']);
    const listening = await simulator.line(({ event }) => event === 'listening', 'the simulator to listen');
    expect(listening).toMatchObject({ sim: 'bmc', name: 'one', host: '127.0.0.1', port: expect.any(Number) });
    expect(await simulator.stop()).toEqual({ code: 0, signal: null });
  });

  test('a port that is taken: exit 1', async () => {
    const { port } = sims.access('server1');
    const ended = await cli('sim', 'bmc', '--port', String(port));
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('socket.inUse') });
  });
});

test('the daemon saw nothing odd in all this', async () => {
  await until(async () => (await client.call('server.list', {})).length === 4, 1_000, 'an answer');
  expect(daemon.lines().filter(({ level, alert }) => level === 'error' && alert === undefined)).toEqual([]);
});
