import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { until } from '../support/bounded.ts';
import { complaints, createSite, type Daemon } from '../support/daemon.ts';
import { describeWithPeers } from '../support/peers.ts';
import { type IpmiSim, startIpmiSim } from './rig/ipmi-sim.ts';

const limitMs = 5_000;

describeWithPeers(['ipmi_sim'], 'the identify lamp of a downed server, on ipmi_sim', () => {
  let sim: IpmiSim;
  let daemon: Daemon;
  let client: EngineClient;

  beforeAll(async () => {
    sim = await startIpmiSim();
    const { name, password } = sim.users.operator;
    const site = createSite({
      servers: { server2: { host: sim.host, port: sim.port, user: name, password } },
      sections: { identify: { owners: ['gateway'] } },
    });
    daemon = await site.start();
    client = await site.connect();
  });
  afterAll(async () => {
    await client.close();
    await daemon.stop();
    await sim.stop();
  });

  const did = () => sim.log().map(({ what, value }) => `${what} ${value}`);
  const hasDone = (...orders: readonly string[]) =>
    until(() => did().length >= orders.length, limitMs, orders.join(', ')).then(() =>
      expect(did()).toEqual(orders),
    );

  test('is told 250 s once off is proved, 0 when the server is back, and 0 again when the gateway stops', async () => {
    const stop = await client.call('fence.request', { server: 'server2', action: 'off' });
    expect(stop).toMatchObject({ outcome: 'confirmed', fenced: true });
    await hasDone('power 0', 'identify 250');
    await client.call('cluster.report', { node: 'server2', state: 'up' });
    await hasDone('power 0', 'identify 250', 'identify 0');
    await client.call('cluster.report', { node: 'server2', state: 'stopped' });
    await hasDone('power 0', 'identify 250', 'identify 0', 'identify 250');
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await hasDone('power 0', 'identify 250', 'identify 0', 'identify 250', 'identify 0');
    expect(sim.log().every(({ forced }) => !forced)).toBe(true);
    expect(complaints(daemon)).toEqual([]);
  });
});
