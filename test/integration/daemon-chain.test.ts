import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { until } from '../support/bounded.ts';
import { createSite, type Daemon, type Site } from '../support/daemon.ts';
import { type SimBmcs, startSimBmcs } from '../support/sim-bmc-process.ts';

/** Forced stops by a chain, through the real daemon: simulated BMCs, real scripts. */

const limitMs = 10_000;
const names = ['trusted', 'modest', 'hanging', 'dump'] as const;

let sims: SimBmcs;
let site: Site;
let daemon: Daemon;
let client: EngineClient;
let scripts: string;

const scriptOf = (name: string, body: string): string => {
  const file = join(scripts, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
};

beforeAll(async () => {
  scripts = mkdtempSync(join(tmpdir(), 'noroshi-scripts-'));
  sims = await startSimBmcs(names.map((name) => ({ name, offDelayMs: 0 })));
  const script = (name: string, body: string, limitSeconds: number, scriptVerifiesOff = false) => ({
    ...{ method: 'script', file: scriptOf(name, body), limitSeconds, scriptVerifiesOff },
  });
  const bmc = { method: 'bmc', limitSeconds: 2 };
  const checked = 'test "$CLP_FORCESTOP_MODE" = 0 || echo "$CLP_SERVER_DOWN" >> "$0.stopped"';
  site = createSite({
    servers: { ...Object.fromEntries(names.map((name) => [name, sims.access(name)])), guest: undefined },
    chains: {
      guest: [{ ...script('guest', checked, 5, true), supportsCheck: true }],
      trusted: [bmc, script('trusted', `echo "$CLP_SERVER_DOWN" > ${scripts}/stopped`, 5, true)],
      modest: [script('modest', 'exit 0', 5), bmc],
      hanging: [script('hanging', 'sleep 300', 2), bmc],
      dump: [{ method: 'nmiWait', limitSeconds: 1 }, bmc],
    },
  });
  daemon = await site.start();
  client = await site.connect();
});

afterAll(async () => {
  await daemon.stop();
  await sims.process.stop();
  rmSync(scripts, { recursive: true, force: true });
});

beforeEach(async () => {
  for (const name of names) await sims.set(name, { frozen: false, power: 'on' });
});

const off = (server: string) => client.call('fence.request', { server, action: 'off' });

test('a frozen BMC costs its own time, then the trusted script proves', async () => {
  await sims.set('trusted', { frozen: true });
  const answer = await off('trusted');
  expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true, proof: { by: 'script', power: 'off' } });
  expect(existsSync(join(scripts, 'stopped'))).toBe(true);
  const { events } = await client.call('events.read', { types: ['fence.finished'] });
  expect(events.at(-1)).toMatchObject({ data: { server: 'trusted', proof: { by: 'script' } } });
});

test('a script that only says so proves nothing: the BMC is read, and then powers off', async () => {
  const answer = await off('modest');
  expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true, proof: { by: 'bmc' } });
  expect(sims.powerChanges('modest').at(-1)).toMatchObject({ power: 'off' });
});

test('a script that hangs is killed at its limit, and holds up no other server', async () => {
  const hanging = off('hanging');
  const startedMs = performance.now();
  expect(await off('dump')).toMatchObject({ fenced: true });
  expect(await hanging).toMatchObject({ outcome: 'confirmed', fenced: true, proof: { by: 'bmc' } });
  expect(performance.now() - startedMs).toBeGreaterThan(1_500);
});

test('scripts are on record, and alerts of the product reach subscribers and the log', async () => {
  const numbersOf = (event: { readonly alerts?: readonly { module: string; id: number }[] }) =>
    (event.alerts ?? []).map(({ module, id }) => `${module}/${id}`);
  const heard: { readonly type: string; readonly data: unknown; readonly alerts?: never }[] = [];
  const subscriber = await site.connect();
  subscriber.onNotification(({ params }) => heard.push(params as (typeof heard)[number]));
  await subscriber.call('events.subscribe', { types: ['fence.*'] });
  await off('hanging');
  await off('modest');
  await until(
    () => heard.filter(({ type }) => type === 'fence.finished').length === 2,
    limitMs,
    'both outcomes',
  );
  const scripts = heard.filter(({ type }) => type.startsWith('fence.script'));
  expect(scripts.map((event) => [event.data, numbersOf(event)])).toMatchObject([
    [{ server: 'hanging' }, ['rc/411']],
    [{ server: 'hanging', result: 'timedOut' }, ['rc/432']],
    [{ server: 'modest' }, ['rc/411']],
    [{ server: 'modest', result: 'completed', exitCode: 0 }, ['rc/412']],
  ]);
  for (const alert of ['rc/400', 'rc/411', 'rc/432', 'rc/412']) {
    await daemon.line((line) => line.alert === alert, alert);
  }
  const { events } = await client.call('events.read', { types: ['fence.scriptEnded'], server: 'modest' });
  expect(events.at(-1)?.alerts).toMatchObject([{ module: 'rc', id: 412, level: 'info' }]);
  expect((await site.cli(['events', '--type', 'fence.scriptEnded'])).stdout).toContain(
    '\n         rc/432  error  The forced-stop script for server hanging timed out.\n',
  );
  await subscriber.close();
});

test('the NMI goes before the power-off, with its time between them', async () => {
  expect(await off('dump')).toMatchObject({ outcome: 'confirmed', fenced: true });
  const facts = () => sims.facts('dump').filter(({ event }) => event === 'nmi' || event === 'power');
  await until(() => facts().some(({ event }) => event === 'nmi'), limitMs, 'the NMI in the facts');
  const [nmi] = facts()
    .filter(({ event }) => event === 'nmi')
    .slice(-1);
  const lastOff = facts().findLast(({ event, value }) => event === 'power' && value === 'off');
  expect(Date.parse(String(lastOff?.at)) - Date.parse(String(nmi?.at))).toBeGreaterThanOrEqual(900);
});

test('a server without a BMC is stopped by its trusted script', async () => {
  const answer = await off('guest');
  expect(answer).toMatchObject({ outcome: 'confirmed', fenced: true, proof: { by: 'script', power: 'off' } });
  expect(readFileSync(join(scripts, 'guest.stopped'), 'utf8')).toBe('guest\n');
  const { servers } = await client.call('doctor.run', { server: 'guest' });
  expect(servers).toMatchObject([{ works: true }]);
  expect(readFileSync(join(scripts, 'guest.stopped'), 'utf8')).toBe('guest\n');
});

test('a server without a BMC is refused what a script cannot do', async () => {
  for (const action of ['on', 'reset', 'status'] as const)
    expect(await client.call('fence.request', { server: 'guest', action })).toMatchObject({
      ...{ outcome: 'refused', fenced: false, reason: { code: 'fence.noBmc' } },
    });
});

test('doctor counts a trusted script where the BMC is dead, and warns', async () => {
  await sims.set('trusted', { frozen: true });
  const { works, servers } = await client.call('doctor.run', { server: 'trusted' });
  expect(works).toBe(true);
  const states = servers[0]?.findings.map(({ check, state }) => `${check} ${state}`) ?? [];
  expect(states.slice(0, 2)).toEqual(['chain good', 'chain good']);
  expect(states).toContain('answer warning');
  expect(states).not.toContainEqual(expect.stringMatching(/bad$/));
  await sims.set('modest', { frozen: true });
  expect((await client.call('doctor.run', { server: 'modest' })).works).toBe(false);
});

test('the server that lost a fence race does not take the winner along, also after a restart', async () => {
  const race = { server: 'modest', action: 'off', requester: 'dump' } as const;
  expect(await off('dump')).toMatchObject({ fenced: true });
  expect(await client.call('fence.request', race)).toMatchObject({
    ...{ outcome: 'refused', reason: { code: 'fence.requesterFenced' } },
  });
  await client.close();
  await daemon.stop();
  daemon = await site.start();
  client = await site.connect();
  expect((await client.call('fence.request', race)).reason?.code).toBe('fence.requesterFenced');
  await client.call('cluster.report', { node: 'dump', state: 'up' });
  expect(await client.call('fence.request', race)).toMatchObject({ outcome: 'confirmed', fenced: true });
});
