import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { until } from '../support/bounded.ts';
import { createSite, type Daemon, type Site } from '../support/daemon.ts';
import { type SimBmcs, startSimBmcs } from '../support/sim-bmc-process.ts';

const limitMs = 8_000;

let sims: SimBmcs;
let site: Site;
let daemon: Daemon;
let client: EngineClient;

beforeAll(async () => {
  sims = await startSimBmcs([{ name: 'server2', offDelayMs: 0, onDelayMs: 0 }]);
  site = createSite({
    servers: { server2: sims.access('server2') },
    sections: { identify: { owners: ['gateway'], litSeconds: 60, rearmSeconds: 30 } },
  });
  daemon = await site.start();
  client = await site.connect();
});
afterAll(async () => {
  await client.close();
  await daemon.stop();
  await sims.process.stop();
});

const row = () => client.call('server.get', { server: 'server2' });
const lampOrders = () => sims.facts('server2').filter(({ event }) => event === 'identify').length;

test('begins by the command, and status shows until when', async () => {
  const ended = await site.cli(['maintenance', 'server2', 'on', '--until', '2h', '--json']);
  expect(ended).toMatchObject({ code: 0 });
  const { maintenance } = JSON.parse(ended.stdout) as { maintenance: { since: string; until: string } };
  const lengthMs = Date.parse(maintenance.until) - Date.parse(maintenance.since);
  expect(Math.abs(lengthMs - 7_200_000)).toBeLessThan(limitMs);
  expect(await row()).toMatchObject({ maintenance });
  expect((await site.cli(['status'])).stdout).toContain(`until ${maintenance.until}`);
});

test('a forced stop goes on as ever, and the lamp stays dark', async () => {
  const stop = await client.call('fence.request', { server: 'server2', action: 'off' });
  expect(stop).toMatchObject({ outcome: 'confirmed', fenced: true });
  await client.call('cluster.report', { node: 'server2', state: 'down' });
  expect(lampOrders()).toBe(0);
});

test('lasts across a restart', async () => {
  await client.close();
  await daemon.stop();
  daemon = await site.start();
  client = await site.connect();
  expect(await row()).toMatchObject({ maintenance: { until: expect.any(String) } });
  expect(lampOrders()).toBe(0);
});

test('ends by itself at its time, and the lamp of a server that is still down blinks then', async () => {
  const soon = new Date(Date.now() + 2_500).toISOString();
  await client.call('maintenance.set', { server: 'server2', until: soon });
  await until(() => lampOrders() > 0, limitMs, 'the lamp to blink');
  expect(await row()).not.toHaveProperty('maintenance');
  const recorded = async () => (await client.call('events.read', { types: ['maintenance.*'] })).events;
  await until(async () => (await recorded()).length >= 3, limitMs, 'the end to be on record');
  const events = await recorded();
  expect(events.map(({ type, data }) => [type, data])).toMatchObject([
    ['maintenance.began', { requester: 'cli' }],
    ['maintenance.began', { until: soon }],
    ['maintenance.ended', { expired: true }],
  ]);
});

test('ends by the command; ending what is over is no fault', async () => {
  await site.cli(['maintenance', 'server2', 'on', '--until', '30m']);
  for (const _ of ['once', 'again']) {
    expect(await site.cli(['maintenance', 'server2', 'off'])).toMatchObject({
      code: 0,
      stdout: 'server2: not in maintenance\n',
    });
  }
  expect(await row()).not.toHaveProperty('maintenance');
});

test.each([
  ['one in the past', -1_000],
  ['one in 32 days', 32 * 86_400_000],
])('an end that cannot be meant: %s', async (_what, fromNowMs) => {
  const time = new Date(Date.now() + fromNowMs).toISOString();
  await expect(client.call('maintenance.set', { server: 'server2', until: time })).rejects.toMatchObject({
    code: 'maintenance.until',
  });
  await expect(client.call('maintenance.set', { server: 'nosuch', until: null })).rejects.toMatchObject({
    code: 'server.unknown',
  });
});
