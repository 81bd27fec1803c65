import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import type { RunResult } from '../interop/rig/run.ts';
import { until } from '../support/bounded.ts';
import { createSite, type Daemon, type Site } from '../support/daemon.ts';
import { type SimBmcs, startSimBmcs } from '../support/sim-bmc-process.ts';

let sims: SimBmcs;
let site: Site;
let daemon: Daemon;
let client: EngineClient;

beforeAll(async () => {
  sims = await startSimBmcs([
    { name: 'running' },
    { name: 'frozen' },
    { name: 'quick', offDelayMs: 0 },
    { name: 'own' },
  ]);
  site = createSite({
    servers: {
      running: sims.access('running'),
      frozen: sims.access('frozen'),
      quick: sims.access('quick'),
      own: sims.access('own'),
    },
    sections: { self: { node: 'own', role: 'member' } },
  });
  daemon = await site.start();
  client = await site.connect();
});
afterAll(async () => {
  await client.close();
  await daemon.stop();
  await sims.process.stop();
});

const json = ({ stdout }: RunResult): unknown => JSON.parse(stdout);
const evidenceOf = async (server: string) => (await client.call('server.get', { server })).evidence;
/** An answer may come before the event of what was read on the way is on record. */
const untilVerdict = (server: string, verdict: string) =>
  until(async () => (await evidenceOf(server)).verdict === verdict, 5_000, `${server} to be ${verdict}`);
const eventsOf = async (server: string, type: string) =>
  (await client.call('events.read', { server, types: [type], limit: 1_000 })).events;
const lastContradiction = (server: string) =>
  until(
    async () => (await eventsOf(server, 'fence.contradicted')).at(-1),
    5_000,
    `the contradiction of ${server}`,
  );

describe('the word that a silent server is off', () => {
  test('is taken, is on record with who and why, and is what status and server.get tell', async () => {
    await client.call('fence.request', { server: 'frozen', action: 'status', deadlineMs: 4_000 });
    await untilVerdict('frozen', 'alive');
    await sims.set('frozen', { frozen: true });
    const said = await site.cli(['confirm', 'frozen', '--reason', 'its plug is out', '--requester', 'alice']);
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(said.stdout).toContain('frozen: counts as off by the word of alice');
    expect(await eventsOf('frozen', 'server.confirmedOff')).toMatchObject([
      {
        severity: 'warning',
        data: { server: 'frozen', requester: 'alice', reason: 'its plug is out', despiteLife: false },
      },
    ]);
    expect(await evidenceOf('frozen')).toMatchObject({
      ...{ verdict: 'stopped', by: 'operator' },
      why: expect.stringContaining('alice: its plug is out'),
    });
    const status = await site.cli(['status']);
    expect(status.stdout).toMatch(/^frozen +stopped +\w+ +unknown /m);
    expect(status.stdout).toContain('frozen is stopped: ');
  }, 30_000);

  test('outlives the daemon', async () => {
    await client.close();
    await daemon.stop();
    daemon = await site.start();
    client = await site.connect();
    expect(await evidenceOf('frozen')).toMatchObject({ verdict: 'stopped', by: 'operator' });
  }, 30_000);

  test('ends with life that shows up, which is a critical event', async () => {
    await client.call('cluster.report', { node: 'frozen', state: 'up' });
    expect(await lastContradiction('frozen')).toMatchObject({
      severity: 'critical',
      data: { server: 'frozen', proof: { by: 'operator' }, by: 'engine' },
    });
    expect(await evidenceOf('frozen')).toMatchObject({ verdict: 'alive' });
  }, 30_000);
});

describe('the word that a running server is off', () => {
  test('is refused with exit 1 and a stable code, though nobody had asked its BMC before', async () => {
    const refused = await site.cli(['confirm', 'running', '--reason', 'x', '--json']);
    expect(refused.code).toBe(1);
    expect(json(refused)).toMatchObject({ error: { code: 'evidence.life' } });
    const told = await site.cli(['confirm', 'running', '--reason', 'x']);
    expect(told).toMatchObject({ code: 1, stdout: '' });
    expect(told.stderr).toContain('(evidence.life)');
    expect(told.stderr).toContain('--despite-life');
    expect(await eventsOf('running', 'server.confirmedOff')).toEqual([]);
  }, 30_000);

  test('is taken despite life, until that life is read once more', async () => {
    const said = await site.cli([
      'confirm',
      'running',
      '--reason',
      'I see it dark',
      '--despite-life',
      '--json',
    ]);
    expect(said.code).toBe(0);
    expect(json(said)).toMatchObject({
      ...{ server: 'running', despiteLife: true, requester: expect.stringMatching(/./) },
      evidence: { verdict: 'stopped', by: 'operator' },
    });
    expect(await eventsOf('running', 'server.confirmedOff')).toMatchObject([
      { data: { despiteLife: true, life: expect.stringContaining('read the power on') } },
    ]);
    await client.call('fence.request', { server: 'running', action: 'status', deadlineMs: 4_000 });
    expect(await lastContradiction('running')).toMatchObject({
      severity: 'critical',
      data: { proof: { by: 'operator' }, by: 'bmc' },
    });
    expect(await evidenceOf('running')).toMatchObject({ verdict: 'alive' });
  }, 30_000);

  test('is refused for the server the gateway runs on, said twice or not', async () => {
    const refused = await site.cli(['confirm', 'own', '--reason', 'x', '--despite-life', '--json']);
    expect(refused.code).toBe(1);
    expect(json(refused)).toMatchObject({ error: { code: 'evidence.self' } });
    expect(await evidenceOf('own')).toMatchObject({
      verdict: 'alive',
      why: expect.stringContaining('This gateway runs on it'),
    });
  }, 30_000);

  test('is refused for a server that the configuration does not have', async () => {
    await expect(client.call('server.confirm', { server: 'nosuch', reason: 'x' })).rejects.toMatchObject({
      code: 'server.unknown',
    });
  });
});

describe('a forced stop', () => {
  test('is evidence that names its proof, which life contradicts', async () => {
    const { fenced } = await client.call('fence.request', { server: 'quick', action: 'off' });
    expect(fenced).toBe(true);
    expect(await evidenceOf('quick')).toMatchObject({
      ...{ verdict: 'stopped', by: 'bmc' },
      facts: expect.arrayContaining([
        expect.objectContaining({ path: 'power', state: 'off', shows: 'off', fresh: true }),
      ]),
    });
    await client.call('cluster.report', { node: 'quick', state: 'down' });
    expect(await evidenceOf('quick')).toMatchObject({ verdict: 'stopped' });
    await client.call('cluster.report', { node: 'quick', state: 'up' });
    expect(await lastContradiction('quick')).toMatchObject({ data: { proof: { by: 'bmc' }, by: 'engine' } });
    expect(await evidenceOf('quick')).toMatchObject({ verdict: 'alive' });
  }, 30_000);
});
