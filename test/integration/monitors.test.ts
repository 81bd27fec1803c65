import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import type { Event } from '../../src/events/catalogue.ts';
import type { MonitorCounts } from '../../src/monitor/tally.ts';
import { until } from '../support/bounded.ts';
import { createSite, type Daemon, type Site } from '../support/daemon.ts';
import { connectLines } from '../support/line-client.ts';

const limitMs = 8_000;
/** Nothing listens there, and the answer comes at once. */
const closedPort = { host: '127.0.0.77', port: 6299, user: 'fence', password: 'x' };
const servers = { server1: undefined, server2: closedPort };

const sections = (monitors: object) => ({
  notify: { socket: 'notify.sock', mode: '0600' },
  alerts: { language: 'ja' },
  monitors,
});

let site: Site;
let daemon: Daemon;
let client: EngineClient;

const startAgain = async (): Promise<void> => {
  daemon = await site.start();
  client = await site.connect();
};

beforeAll(async () => {
  site = createSite({ servers, sections: sections({ without: ['bmcUnreachable', 'stopNotReady'] }) });
  await startAgain();
});
afterAll(async () => {
  await client.close();
  await daemon.stop();
});

const told = async (): Promise<Event[]> =>
  (await client.call('events.read', { types: ['monitor.*'], limit: 1_000 })).events as Event[];
const rowOf = async (keyword: string) =>
  (await client.call('monitor.list', {})).find((row) => row.keyword === keyword);

describe('the commands', () => {
  test('raise over notify.sock, list, and clear', async () => {
    const notify = [
      'notify',
      'NIC',
      'eth0',
      '--server',
      'server1',
      '--socket',
      join(site.folder, 'notify.sock'),
    ];
    const raised = await site.cli([...notify, '--message', 'リンク断', '--json']);
    expect(raised.code).toBe(0);
    expect(JSON.parse(raised.stdout)).toMatchObject({ state: 'error', count: 1, message: 'リンク断' });
    const listed = await site.cli(['monitors']);
    expect(listed).toMatchObject({ code: 0 });
    expect(listed.stdout).toMatch(/^error +NIC +eth0 +server1 .* リンク断$/m);
    const clear = ['monitors', 'clear', 'NIC', 'eth0', '--server', 'server1', '--json'];
    const cleared = await site.cli([...clear, '--socket', site.socket], {
      env: { NOROSHI_SOCKET: '/nowhere' },
    });
    expect(JSON.parse(cleared.stdout)).toMatchObject({ state: 'normal' });
    expect(await site.cli([...notify, '--clear'])).toMatchObject({
      code: 0,
      stdout: 'NIC eth0 of server1: normal\n',
    });
  });

  test.each([
    [['notify', 'NIC', 'eth0', '--server', 'nosuch'], 1, 'server.unknown'],
    [['notify', 'NIC', 'a\u001b[2Jb'], 2, 'params.keyword'],
    [['notify', 'NIC', 'eth0', '--message', 'a\nb'], 2, 'params.message'],
    [['notify', 'NIC', 'eth0', '--message', 'm', '--clear'], 2, 'params.message'],
    [['notify', 'NIC'], 2, "missing required argument 'keyword'"],
    [['monitors', 'clear', 'NIC', 'eth0', '--server', 'nosuch'], 1, 'server.unknown'],
  ] as const)('refuse %j', async (words, code, what) => {
    const ended = await site.cli(words);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(what);
  });

  test('leave alerts of the product behind, in the configured language', async () => {
    const [raised, cleared] = (await client.call('events.read', { types: ['monitor.*'] })).events;
    expect(raised?.alerts?.map(({ module, id, level }) => `${module}/${id} ${level}`)).toEqual([
      'trnsv/10 info',
      'mm/903 warning',
      'mm/905 error',
    ]);
    expect(raised?.alerts?.[1]?.message).toBe(
      'カテゴリ NIC、キーワード eth0 の異常を検出しました (リンク断)。サーバ: server1',
    );
    expect(cleared?.alerts?.map(({ module, id, level }) => `${module}/${id} ${level}`)).toEqual([
      'mm/26 info',
    ]);
  });
});

test('notify.sock offers monitors, and still nothing that acts on a server', async () => {
  const lines = await connectLines(join(site.folder, 'notify.sock'));
  lines.request(1, 'monitor.list');
  expect((await lines.next()).result).toHaveLength(1);
  lines.request(2, 'fence.request', { server: 'server1', action: 'off' });
  expect((await lines.next()).error?.data.code).toBe('rpc.method');
  await lines.close();
});

test('a state survives SIGKILL, with what was said of it', async () => {
  const name = { category: 'DISK', keyword: '/dev/sdb' };
  const before = await client.call('monitor.notify', { ...name, message: 'SMART', requester: 'agent' });
  await client.close();
  await daemon.kill();
  await startAgain();
  expect(await rowOf('/dev/sdb')).toEqual(before);
  expect(await client.call('monitor.clear', name)).toMatchObject({ state: 'normal' });
});

test('a maintenance keeps an error quiet until it ends', async () => {
  const name = { category: 'FAN', keyword: 'fan1', server: 'server1' };
  await client.call('maintenance.set', {
    server: 'server1',
    until: new Date(Date.now() + 3_600_000).toISOString(),
  });
  expect(await client.call('monitor.notify', name)).toMatchObject({ state: 'error', silenced: true });
  await client.close();
  await daemon.kill();
  await startAgain();
  expect(await rowOf('fan1')).toMatchObject({ state: 'error', silenced: true });
  await client.call('maintenance.set', { server: 'server1', until: null });
  await until(async () => !(await rowOf('fan1'))?.silenced, limitMs, 'the error to be told');
  const events = (await client.call('events.read', { types: ['monitor.*'] })).events.slice(-2);
  expect(events.map(({ alerts = [] }) => alerts.map(({ module, id }) => `${module}/${id}`))).toEqual([
    [],
    ['mm/903', 'mm/905'],
  ]);
});

test('an error ends by itself at its time, also where the gateway was away by then', async () => {
  site.configure({
    servers,
    sections: sections({ without: ['bmcUnreachable', 'stopNotReady'], expireSeconds: { TEMP: 2 } }),
  });
  daemon.signal('SIGHUP');
  const reloaded = 'the configuration was reloaded';
  await daemon.line(({ message }) => message === reloaded, 'the reload', limitMs);
  const { expiresAt } = await client.call('monitor.notify', { category: 'TEMP', keyword: 'inlet' });
  await until(async () => (await rowOf('inlet'))?.state === 'normal', limitMs, 'its end');
  const end = (await told()).at(-1);
  expect(end).toMatchObject({ type: 'monitor.cleared', data: { why: 'expired' } });
  expect(Date.parse(end?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(expiresAt ?? ''));
  const outlet = await client.call('monitor.notify', { category: 'TEMP', keyword: 'outlet' });
  await client.close();
  await daemon.kill();
  await until(() => Date.now() > Date.parse(outlet.expiresAt ?? ''), limitMs, 'its time to be over');
  await startAgain();
  await until(async () => (await rowOf('outlet'))?.state === 'normal', limitMs, 'its end');
});

test('what an event of an earlier life means, and was not recorded, is made up for at the start', async () => {
  const unreachable = async () => (await client.call('events.read', { types: ['bmc.unreachable'] })).events;
  await until(async () => (await unreachable()).length > 0, limitMs, 'the BMC to be found silent');
  const [event] = (await unreachable()).slice(-1);
  expect(await rowOf('unreachable')).toBeUndefined();
  await client.close();
  await daemon.stop();
  site.configure({ servers, sections: sections({ without: ['stopNotReady'] }) });
  await startAgain();
  expect(await rowOf('unreachable')).toMatchObject({
    state: 'error',
    server: 'server2',
    source: 'event bmcUnreachable',
  });
  const raised = (await told()).find(({ data }) => 'keyword' in data && data.keyword === 'unreachable');
  expect(raised?.cause).toBe(event?.seq);
});

test('health counts them', async () => {
  const counts = async () =>
    ((await client.call('health', {})) as unknown as { readonly monitors: MonitorCounts }).monitors;
  const before = await counts();
  const name = { category: 'FAN', keyword: 'counted' };
  await client.call('monitor.notify', name);
  // The rules may take what the rehearsals tell, too.
  expect((await counts()).inError).toBeGreaterThan(before.inError);
  await client.call('monitor.clear', name);
  const after = await counts();
  expect(after.taken).toBeGreaterThanOrEqual(before.taken + 2);
  expect(after).toMatchObject({ refused: 0, failed: 0, waiting: 0 });
});
