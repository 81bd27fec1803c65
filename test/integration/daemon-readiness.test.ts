import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServerRow } from '../../src/bridge/engine/services.ts';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { until } from '../support/bounded.ts';
import { createSite, type Daemon, type Site } from '../support/daemon.ts';
import { type SimBmcs, startSimBmcs } from '../support/sim-bmc-process.ts';

/** Whether it would work tonight, as the real daemon finds out over the wire. */

const limitMs = 20_000;

let sims: SimBmcs;
let site: Site;
let daemon: Daemon;
let client: EngineClient;

const options = (password: string) => ({
  servers: {
    fine: sims.access('fine'),
    locked: { ...sims.access('locked'), password },
    silent: sims.access('silent'),
  },
  sections: { readiness: { intervalSeconds: 5 } },
});

beforeAll(async () => {
  sims = await startSimBmcs([
    { name: 'fine', slots: 1, suites: [17, 0], offDelayMs: 0 },
    { name: 'locked' },
    { name: 'silent' },
  ]);
  site = createSite(options('wrong'));
  await sims.set('silent', { frozen: true });
  daemon = await site.start();
  client = await site.connect();
});

afterAll(async () => {
  await client.close();
  await daemon.stop();
  await sims.process.stop();
});

const row = (server: string): Promise<ServerRow> => client.call('server.get', { server });
const becomes = (server: string, ready: ServerRow['ready']): Promise<unknown> =>
  until(async () => (await row(server)).ready === ready, limitMs, `${server} to be ready: ${ready}`);

const count = (name: string, event: string): number =>
  sims.facts(name).filter((fact) => fact.event === event).length;

/** Logins that we broke off when RAKP 2 showed that the password differs. */
const refusedPasswords = (name: string): number =>
  sims.facts(name).filter(({ event, why }) => event === 'loginRefused' && why === 'console').length;

test('is shown for every server, with the reason', async () => {
  await becomes('fine', 'yes');
  expect(await row('fine')).toMatchObject({
    readiness: { provedAt: expect.any(String), because: expect.stringContaining('power is on') },
    evidence: { verdict: 'alive' },
    guid: expect.any(String),
  });
  await becomes('locked', 'no');
  expect((await row('locked')).readiness).toMatchObject({ reason: { code: 'bmc.auth' } });
  await becomes('silent', 'no');
  expect((await row('silent')).readiness).toMatchObject({ reason: { code: 'bmc.timeout' } });
  const { stdout } = await site.cli(['status']);
  expect(stdout).toMatch(
    /fine: a forced stop would work: yes, last proved at \S+Z, because its BMC let us in/,
  );
  expect(stdout).toMatch(/locked: a forced stop would work: no, because .*no account is locked/);
});

test('a BMC that opens sessions without a password is told once, and in the status', async () => {
  await until(async () => (await row('fine')).cipherZero, limitMs, 'the look for cipher suite 0');
  const { events } = await client.call('events.read', { types: ['bmc.cipherZeroChanged'] });
  expect(events).toMatchObject([{ severity: 'warning', data: { server: 'fine', accepted: true } }]);
});

test('goes on by itself, leaves no session open, and a refused password is not tried twice', async () => {
  const before = count('fine', 'sessionOpened');
  await until(() => count('fine', 'sessionOpened') >= before + 2, limitMs, 'two more rehearsals');
  await until(
    () => count('fine', 'sessionOpened') === count('fine', 'sessionClosed'),
    limitMs,
    'every session to be closed',
  );
  expect(
    sims.facts('fine').filter(({ event, why }) => event === 'sessionClosed' && why !== 'closed'),
  ).toEqual([]);
  expect(refusedPasswords('locked')).toBe(1);
});

test('a BMC that was silent and answers again can be stopped, and is ready again after it', async () => {
  await sims.set('fine', { frozen: true });
  await until(async () => (await row('fine')).ready === 'no', limitMs, 'the silence to be noticed');
  await sims.set('fine', { frozen: false });
  expect(await client.call('fence.request', { server: 'fine', action: 'off' })).toMatchObject({
    outcome: 'confirmed',
    fenced: true,
  });
  await becomes('fine', 'yes');
});

test('a change is an event, and nothing else is', async () => {
  await sims.set('silent', { frozen: false });
  await becomes('silent', 'yes');
  const { events } = await client.call('events.read', { types: ['server.readinessChanged'] });
  const told = events.filter(({ data }) => (data as { server: string }).server === 'silent');
  expect(told).toMatchObject([
    { severity: 'warning', data: { ready: false, reason: { code: 'bmc.timeout' } } },
    { severity: 'notice', data: { ready: true } },
  ]);
});

test('a password that was corrected is tried after the reload', async () => {
  site.configure(options(sims.access('locked').password));
  daemon.signal('SIGHUP');
  await becomes('locked', 'yes');
  expect(refusedPasswords('locked')).toBe(1);
});
