import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { until } from '../support/bounded.ts';
import { type BmcAccess, createSite, type Daemon, type Site } from '../support/daemon.ts';
import { describeWithPeers } from '../support/peers.ts';
import { type IpmiSim, startIpmiSim } from './rig/ipmi-sim.ts';

const accessTo = ({ users, host, port }: IpmiSim): BmcAccess => {
  const { name, password } = users.operator;
  return { host, port, user: name, password };
};

describeWithPeers(['ipmi_sim'], 'evidence and noroshi confirm over ipmi_sim', () => {
  let sim: IpmiSim;
  let site: Site;
  let daemon: Daemon;
  let client: EngineClient;

  beforeAll(async () => {
    sim = await startIpmiSim();
    site = createSite({ servers: { node: accessTo(sim) } });
    daemon = await site.start();
    client = await site.connect();
  });

  afterAll(async () => {
    sim.resume();
    await client.close();
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  });

  const evidence = async () => (await client.call('server.get', { server: 'node' })).evidence;
  const untilVerdict = (verdict: string) =>
    until(async () => (await evidence()).verdict === verdict, 5_000, `the verdict ${verdict}`);
  const confirm = (...more: string[]) =>
    site.cli(['confirm', 'node', '--reason', 'it is dark', '--requester', 'alice', '--json', ...more]);

  test('a running server: the word is refused, and nothing is done to it', async () => {
    const { code, stdout } = await confirm();
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'evidence.life' } });
    await untilVerdict('alive');
    expect([sim.log(), sim.power()]).toEqual([[], 1]);
  }, 30_000);

  test('its BMC falls silent: the word is taken; the BMC answers on again: it is contradicted', async () => {
    sim.pause();
    const { code, stdout } = await confirm();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ evidence: { verdict: 'stopped', by: 'operator' } });
    sim.resume();
    await client.call('fence.request', { server: 'node', action: 'status', deadlineMs: 10_000 });
    await untilVerdict('alive');
    const contradictions = async () => {
      const { events } = await client.call('events.read', { types: ['fence.contradicted'] });
      return events.length > 0 && events;
    };
    const events = await until(contradictions, 5_000, 'the contradiction');
    expect(events).toMatchObject([
      { severity: 'critical', data: { server: 'node', proof: { by: 'operator' }, by: 'bmc' } },
    ]);
  }, 30_000);

  test('a forced stop is proved: stopped, by bmc', async () => {
    const { fenced } = await client.call('fence.request', { server: 'node', action: 'off' });
    expect([fenced, sim.power()]).toEqual([true, 0]);
    await untilVerdict('stopped');
    expect(await evidence()).toMatchObject({ by: 'bmc' });
  }, 30_000);
});
