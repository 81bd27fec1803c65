import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { until } from '../support/bounded.ts';
import { type BmcAccess, createSite, type Daemon, type Site } from '../support/daemon.ts';
import { type SimBmcs, startSimBmcs } from '../support/sim-bmc-process.ts';

/** Passwords and K_g keys that change under a running daemon; the configuration file itself stays as it is. */

const limitMs = 10_000;
const good = 'Asagao-6614-Niwa';
const stale = 'Karekusa-1207-No';
const kg = 'Kagi-8830-To';

let folder: string;
let sims: SimBmcs;
let site: Site;
let daemon: Daemon;
let client: EngineClient;

const simFile = (name: string, secret: string): string => {
  const path = join(folder, name);
  writeFileSync(path, secret, { mode: 0o600 });
  return path;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'noroshi-credentials-'));
  const passwordFile = simFile('password', good);
  sims = await startSimBmcs([
    { name: 'plain', passwordFile, offDelayMs: 0, onDelayMs: 0 },
    { name: 'keyed', passwordFile, kgFile: simFile('kg', kg) },
    { name: 'warm', passwordFile },
    { name: 'slow', passwordFile, offDelayMs: 700, onDelayMs: 0 },
  ]);
  const access = (name: string): BmcAccess => ({ ...sims.access(name), password: good });
  site = createSite({
    servers: {
      plain: access('plain'),
      keyed: { ...access('keyed'), kg },
      warm: { ...access('warm'), warmSession: true } as BmcAccess,
      slow: access('slow'),
    },
  });
});

afterAll(async () => {
  await sims.process.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Gives a secret file of the daemon another content. */
const give = (file: string, secret: string, mode = 0o600): void => {
  const path = join(site.folder, file);
  rmSync(path, { recursive: true, force: true });
  writeFileSync(path, secret);
  chmodSync(path, mode);
};

const giveAllBack = (): void => {
  for (const name of ['plain', 'keyed', 'warm', 'slow']) give(`${name}.pw`, good);
  give('keyed.kg', kg);
};

beforeEach(giveAllBack);

const start = async (): Promise<void> => {
  daemon = await site.start();
  client = await site.connect();
};

afterEach(async () => {
  await client.close();
  await daemon.stop();
});

const outcomes = ['config.reloaded', 'config.rejected'] as const;

/** SIGHUP; the event that says what came of it. */
const reload = async () => {
  const reloads = async () =>
    (await client.call('events.read', { types: [...outcomes], limit: 1_000 })).events;
  const before = (await reloads()).length;
  daemon.signal('SIGHUP');
  await until(async () => (await reloads()).length > before, limitMs, 'the end of the reload');
  return (await reloads()).at(-1);
};

const statusOf = (server: string) =>
  client.call('fence.request', { server, action: 'status', deadlineMs: 4_000 });

const opened = (server: string): number =>
  sims.facts(server).filter(({ event }) => event === 'sessionOpened').length;

const closed = (server: string): number =>
  sims.facts(server).filter(({ event }) => event === 'sessionClosed').length;

describe('after SIGHUP', () => {
  test('the next login has the new password; only the names of the servers are told', async () => {
    give('plain.pw', stale);
    await start();
    expect(await statusOf('plain')).toMatchObject({ outcome: 'refused', reason: { code: 'bmc.auth' } });
    give('plain.pw', good);
    expect(await reload()).toMatchObject({
      type: 'config.reloaded',
      data: { servers: ['plain', 'keyed', 'warm', 'slow'], credentials: ['plain'] },
    });
    const told = await daemon.line(({ message }) => message === 'passwords or keys changed', 'the names');
    expect(told.servers).toEqual(['plain']);
    expect(await statusOf('plain')).toMatchObject({ outcome: 'confirmed' });
    expect(await reload()).toMatchObject({ data: { credentials: [] } });
    const { events } = await client.call('events.read', { limit: 1_000 });
    for (const secret of [good, stale, kg]) {
      expect(JSON.stringify(events)).not.toContain(secret);
      expect(daemon.output()).not.toContain(secret);
    }
  });

  test('the next login has the new K_g', async () => {
    give('keyed.kg', 'another-key');
    await start();
    expect(await statusOf('keyed')).toMatchObject({ outcome: 'refused', reason: { code: 'bmc.kg' } });
    give('keyed.kg', kg);
    expect(await reload()).toMatchObject({ data: { credentials: ['keyed'] } });
    expect(await statusOf('keyed')).toMatchObject({ outcome: 'confirmed' });
  });

  test('a BMC that was given up for its password is asked again, by its warm session too', async () => {
    give('warm.pw', stale);
    const before = opened('warm');
    await start();
    expect(await statusOf('warm')).toMatchObject({ reason: { code: 'bmc.auth' } });
    expect(opened('warm')).toBe(before);
    give('warm.pw', good);
    await reload();
    await until(() => opened('warm') > before, limitMs, 'the warm session');
    expect(await statusOf('warm')).toMatchObject({ outcome: 'confirmed' });
    const isOk = async () => (await client.call('server.get', { server: 'warm' })).bmc === 'ok';
    await until(isOk, limitMs, 'the row of the server to say so');
  });

  test('a warm session is opened anew', async () => {
    const openNow = () => opened('warm') - closed('warm');
    const rehearsed = async () => (await client.call('server.get', { server: 'warm' })).ready === 'yes';
    await start();
    await until(async () => (await rehearsed()) && openNow() === 1, limitMs, 'the warm session alone');
    const before = { opened: opened('warm'), closed: closed('warm') };
    await reload();
    await until(() => opened('warm') > before.opened && closed('warm') > before.closed, limitMs, 'another');
    await until(() => openNow() === 1, limitMs, 'one session, and not the old one with it');
  });

  test('a stop under way goes on with the old password, and later logins have the new one', async () => {
    await start();
    await sims.set('slow', { power: 'on' });
    const stop = client.call('fence.request', { server: 'slow', action: 'off' });
    const accepted = async () => (await client.call('fence.get', { server: 'slow' })).accepted;
    await until(accepted, limitMs, 'the power-off to be accepted');
    give('slow.pw', stale);
    expect(await reload()).toMatchObject({ data: { credentials: ['slow'] } });
    expect(await stop).toMatchObject({ outcome: 'confirmed', fenced: true });
    expect(await statusOf('slow')).toMatchObject({ reason: { code: 'bmc.auth' } });
  });
});

describe('a secret file that cannot be taken keeps the whole old configuration', () => {
  const spoilt: [string, () => void, RegExp][] = [
    [
      'is gone',
      () => rmSync(join(site.folder, 'keyed.pw')),
      /passwordFile: the file named here does not exist/,
    ],
    ['is empty', () => give('keyed.pw', '\n'), /passwordFile: the file named here is empty/],
    [
      'is too long',
      () => give('keyed.pw', 'x'.repeat(21)),
      /passwordFile: the password given here is longer/,
    ],
    ['is open to every user', () => give('keyed.pw', good, 0o604), /open to every user \(mode 0604\)/],
    ['is a K_g file that is open', () => give('keyed.kg', kg, 0o606), /kgFile: .* \(mode 0606\)/],
  ];

  test.each(spoilt)('where it %s', async (_how, spoil, words) => {
    await start();
    give('plain.pw', stale);
    spoil();
    const event = await reload();
    expect(event).toMatchObject({ type: 'config.rejected', severity: 'warning' });
    const problems = [expect.stringMatching(words)];
    expect(event?.data).toEqual({ problems });
    expect(event?.data).toEqual({
      problems: [expect.stringMatching(/noroshi\.yaml:\d+: servers\.keyed\.bmc\./)],
    });
    const message = 'the new configuration is not valid; the old one stays in force';
    await daemon.line((line) => line.message === message, 'the reason in the log');
    // What was changed well beside it is not taken either.
    for (const server of ['plain', 'keyed']) {
      expect(await statusOf(server)).toMatchObject({ outcome: 'confirmed' });
    }
    giveAllBack();
    expect(await reload()).toMatchObject({ type: 'config.reloaded', data: { credentials: [] } });
  });

  test('a start takes one that is open to every user, and warns', async () => {
    give('plain.pw', good, 0o644);
    await start();
    expect(daemon.lines()).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('mode 0644') }),
    );
    expect(await statusOf('plain')).toMatchObject({ outcome: 'confirmed' });
  });
});
