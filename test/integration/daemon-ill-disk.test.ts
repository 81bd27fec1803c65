import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { run } from '../interop/rig/run.ts';
import { until } from '../support/bounded.ts';
import { createSite, type Daemon, type Site } from '../support/daemon.ts';
import { type SimBmcs, startSimBmcs } from '../support/sim-bmc-process.ts';

const server = 'server1';

describe('a daemon whose disk takes nothing any more', () => {
  let sims: SimBmcs;
  let site: Site;
  let daemon: Daemon;
  let client: EngineClient;
  let recordedJob: string;

  /** From now on files of the daemon cannot grow beyond so many bytes, as on a full disk. */
  const limitFiles = async (bytes: string): Promise<void> => {
    const limited = await run(['prlimit', `--pid=${daemon.pid}`, `--fsize=${bytes}:`]);
    expect(limited).toMatchObject({ code: 0, stderr: '' });
  };
  const fence = (action: 'off' | 'on') => client.call('fence.request', { server, action });
  const last = () => sims.powerChanges(server).at(-1)?.power;

  beforeAll(async () => {
    sims = await startSimBmcs([{ name: server, offDelayMs: 0, onDelayMs: 0 }]);
    site = createSite({ servers: { [server]: sims.access(server) } });
    daemon = await site.start();
    client = await site.connect();
    recordedJob = (await fence('off')).job;
    await fence('on');
    await limitFiles('1');
  });
  afterAll(async () => {
    await client.close();
    await daemon.stop();
    await sims.process.stop();
  });

  test('a forced power-off goes on, says that it is not on record, and stands in the log', async () => {
    const report = await fence('off');
    expect(report).toMatchObject({ outcome: 'confirmed', fenced: true, journalled: false });
    expect(last()).toBe('off');
    const logged = daemon.lines().filter((line) => JSON.stringify(line).includes(report.job));
    expect(logged.map(({ level }) => level)).toContain('error');
  });

  test('it is the latest forced stop of its server all the same', async () => {
    const latest = await client.call('fence.get', { server });
    expect(latest.job).not.toBe(recordedJob);
    expect(latest).toMatchObject({ action: 'off', journalled: false, fenced: true });
    expect(await client.call('server.get', { server })).toMatchObject({ lastFence: { job: latest.job } });
  });

  test('a power-on is refused, and nothing is sent', async () => {
    expect(await fence('on')).toMatchObject({ outcome: 'refused', reason: { code: 'fence.journal' } });
    expect(last()).toBe('off');
  });

  test('a report is not called taken', async () => {
    await expect(client.call('cluster.report', { node: server, state: 'down' })).rejects.toMatchObject({
      code: 'journal.failed',
    });
  });

  test('what was recorded before can still be read', async () => {
    expect(await client.call('fence.get', { job: recordedJob })).toMatchObject({ outcome: 'confirmed' });
    expect((await client.call('events.read', {})).events.length).toBeGreaterThan(3);
  });

  test('once there is room again, everything works as before', async () => {
    await limitFiles('unlimited');
    await client.call('cluster.report', { node: server, state: 'down' });
    expect(await fence('on')).toMatchObject({ outcome: 'confirmed', journalled: true });
    expect(last()).toBe('on');
  });
});

describe('a daemon whose log cannot be written', () => {
  test('works on, with its standard output on a full disk', async () => {
    const sims = await startSimBmcs([{ name: server, offDelayMs: 0, onDelayMs: 0 }]);
    const site = createSite({ servers: { [server]: sims.access(server) } });
    const daemon = site.launch({ outputTo: '/dev/full' });
    const answers = async () => (await site.cli(['status'])).code === 0;
    await until(answers, 10_000, 'the daemon to answer');
    expect(await site.cli(['fence', server, 'off'])).toMatchObject({ code: 0 });
    daemon.signal('SIGHUP');
    expect(await site.cli(['fence', server, 'on'])).toMatchObject({ code: 0 });
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expect(daemon.output()).toBe('');
    await sims.process.stop();
  });
});
