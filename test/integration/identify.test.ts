import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { until } from '../support/bounded.ts';
import { createSite, type Daemon, type Site, type SiteOptions } from '../support/daemon.ts';
import { type SimBmcs, startSimBmcs } from '../support/sim-bmc-process.ts';

const limitMs = 5_000;
/** Short times, so that a lamp goes out by itself while a test looks on. */
const identify = { owners: ['gateway'], litSeconds: 3, rearmSeconds: 1 };

let sims: SimBmcs;
let site: Site;
let daemon: Daemon;
let client: EngineClient;

const options = (sections: SiteOptions['sections']): SiteOptions => ({
  servers: { server1: sims.access('server1'), server2: sims.access('server2') },
  ...(sections && { sections }),
});

beforeAll(async () => {
  sims = await startSimBmcs([
    { name: 'server1', offDelayMs: 0, onDelayMs: 0 },
    { name: 'server2', offDelayMs: 0, onDelayMs: 0 },
  ]);
});
afterAll(() => sims.process.stop());

const begin = async (): Promise<void> => {
  daemon = await site.start();
  client = await site.connect();
};

beforeEach(async () => {
  await sims.set('server2', { power: 'on' });
  site = createSite(options({ identify }));
  await begin();
});
afterEach(async () => {
  await client.close();
  await daemon.stop();
});

/** What the lamp of a server has shown: `timed 3`, `off` … and when. */
const shown = (server = 'server2') =>
  sims
    .facts(server)
    .filter(({ event }) => event === 'identify')
    .map(({ at, value, seconds }) => ({
      atMs: Date.parse(String(at)),
      lamp: value === 'off' ? 'off' : `${value} ${seconds}`,
    }));

/** What it shows from now on. */
const fromNow = (server = 'server2') => {
  const before = shown(server).length;
  return () => shown(server).slice(before);
};

const shows = (lamps: () => { lamp: string }[], last: string, count = 1) =>
  until(
    () => lamps().length >= count && lamps().at(-1)?.lamp === last,
    limitMs,
    `a lamp that shows ${last} after ${count} orders`,
  );

const stopServer2 = async () =>
  expect(await client.call('fence.request', { server: 'server2', action: 'off' })).toMatchObject({
    outcome: 'confirmed',
    fenced: true,
  });

const litNow = async () => (await client.call('server.get', { server: 'server2' })).identify.lit;

describe('the identify lamp of a server that was stopped by force', () => {
  test('blinks, is renewed, and goes out when the engine reports the server up', async () => {
    const lamps = fromNow();
    const others = fromNow('server1');
    await stopServer2();
    await shows(lamps, 'timed 3', 3);
    await until(litNow, limitMs, 'the row of the server to say so');
    await client.call('cluster.report', { node: 'server2', state: 'up' });
    await shows(lamps, 'off');
    const [first, second, third, last] = lamps();
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(800);
    expect((third?.atMs ?? 0) - (second?.atMs ?? 0)).toBeGreaterThanOrEqual(800);
    expect(last?.lamp).toBe('off');
    await until(async () => !(await litNow()), limitMs, 'the row of the server to say so');
    expect(others()).toEqual([]);
    const { events } = await client.call('events.read', { types: ['identify.changed'] });
    expect(events).toMatchObject([
      { source: 'panel', cause: expect.any(Number), data: { lit: true, seconds: 3, why: 'down' } },
      { source: 'panel', data: { lit: false, why: 'back' } },
    ]);
  });

  test('goes out when the server was switched on at its own button', async () => {
    const lamps = fromNow();
    await stopServer2();
    await shows(lamps, 'timed 3');
    await sims.set('server2', { power: 'on' });
    await shows(lamps, 'off');
  });

  test('goes out on SIGTERM, and blinks again after the next start', async () => {
    const lamps = fromNow();
    await stopServer2();
    await shows(lamps, 'timed 3');
    await until(litNow, limitMs, 'the lit lamp to be on record');
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expect(lamps().at(-1)?.lamp).toBe('off');
    await begin();
    await shows(lamps, 'timed 3');
    await until(litNow, limitMs, 'the lit lamp to be on record');
    const { events } = await client.call('events.read', { types: ['identify.changed'] });
    expect(events.map(({ data }) => (data as { why?: string }).why)).toEqual(['down', 'stopping', 'down']);
  });

  test('goes out by itself after SIGKILL, and blinks again after the next start', async () => {
    const lamps = fromNow();
    await stopServer2();
    await shows(lamps, 'timed 3', 2);
    await daemon.kill();
    await shows(lamps, 'off');
    const [last, before] = [lamps().at(-1), lamps().at(-2)];
    const litMs = (last?.atMs ?? 0) - (before?.atMs ?? 0);
    expect(litMs).toBeGreaterThanOrEqual(2_990);
    await begin();
    await shows(lamps, 'timed 3');
  });

  test('stays dark for the rest of the outage where an operator put it out, also after a restart', async () => {
    const lamps = fromNow();
    await stopServer2();
    await shows(lamps, 'timed 3');
    expect(await site.cli(['identify', 'server2', 'off'])).toMatchObject({ code: 0 });
    await shows(lamps, 'off');
    const orders = lamps().length;
    await daemon.stop();
    await begin();
    await client.call('cluster.report', { node: 'server2', state: 'down' });
    // The lamp of the other server comes and goes: time enough for a renewal that must not be.
    const others = fromNow('server1');
    await client.call('cluster.report', { node: 'server1', state: 'down' });
    await shows(others, 'timed 3', 3);
    await client.call('cluster.report', { node: 'server1', state: 'up' });
    await shows(others, 'off');
    expect(lamps().length).toBe(orders);
  });

  test('is the same when the engine says down and nobody stopped anything', async () => {
    const lamps = fromNow();
    await client.call('cluster.report', { node: 'server2', state: 'down' });
    await shows(lamps, 'timed 3', 2);
    expect(await client.call('server.get', { server: 'server2' })).toMatchObject({ power: 'on' });
    await client.call('cluster.report', { node: 'server2', state: 'up' });
    await shows(lamps, 'off');
  });
});

test('a frozen BMC with a lit lamp keeps the daemon from ending for 2 s at most', async () => {
  const lamps = fromNow();
  await stopServer2();
  await shows(lamps, 'timed 3');
  await sims.set('server2', { frozen: true });
  expect(await daemon.stop(4_000)).toEqual({ code: 0, signal: null });
  await sims.set('server2', { frozen: false });
  await shows(lamps, 'off');
});

describe('who lights', () => {
  test('without a section about it, nobody; from a reload on, the owner', async () => {
    const lamps = fromNow();
    await daemon.stop();
    site.configure(options(undefined));
    await begin();
    await stopServer2();
    expect(await site.cli(['identify', 'server1', 'on'])).toMatchObject({ code: 0 });
    expect(await site.cli(['identify', 'server1', 'off'])).toMatchObject({ code: 0 });
    expect(lamps()).toEqual([]);
    site.configure(options({ identify }));
    daemon.signal('SIGHUP');
    await shows(lamps, 'timed 3');
    site.configure(options({ identify: { ...identify, owners: ['another'] } }));
    daemon.signal('SIGHUP');
    await shows(lamps, 'off');
    await until(async () => !(await litNow()), limitMs, 'the dark lamp to be on record');
    const { events } = await client.call('events.read', { types: ['identify.changed'], server: 'server2' });
    expect(events.at(-1)).toMatchObject({ data: { lit: false, why: 'expired' } });
  });

  test('an owner that nobody knows is a warning of check-config', async () => {
    site.configure(options({ identify: { owners: ['another'] } }));
    const ended = await site.cli(['check-config', '--config', site.configFile]);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout + ended.stderr).toMatch(/identify\.owners\[0\]: another is none of the servers/);
  });
});
