import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until } from '../support/bounded.ts';
import { createSite } from '../support/daemon.ts';
import { describeWithPeers } from '../support/peers.ts';
import { loopbackAddress, startIpmiSim } from './rig/ipmi-sim.ts';
import { defaultUsers } from './rig/ipmi-sim-config.ts';

const limitMs = 10_000;

describeWithPeers(['ipmi_sim', 'ipmitool'], 'a new password after SIGHUP', () => {
  it.each(['ipmitool', 'ipmi'])('is what the next login has, by model %s', async (model) => {
    const sim = await startIpmiSim({ host: loopbackAddress(), port: 623 });
    const { name: user, password } = defaultUsers.operator;
    const access = { host: sim.host, port: 623, user, model, cipherSuites: [3] };
    const site = createSite({ servers: { server1: { ...access, password: 'not-yet' } } });
    const daemon = await site.start();
    const client = await site.connect();
    const request = { server: 'server1', deadlineMs: 10_000 } as const;
    expect(await client.call('fence.request', { ...request, action: 'off' })).toMatchObject({
      ...{ outcome: 'refused', fenced: false, reason: { code: 'bmc.auth' } },
    });
    expect(sim.power()).toBe(1);
    writeFileSync(join(site.folder, 'server1.pw'), password);
    daemon.signal('SIGHUP');
    const reloads = async () => (await client.call('events.read', { types: ['config.*'] })).events;
    await until(async () => (await reloads()).length > 0, limitMs, 'the end of the reload');
    expect(await reloads()).toMatchObject([{ type: 'config.reloaded', data: { credentials: ['server1'] } }]);
    expect(await client.call('fence.request', { ...request, action: 'off' })).toMatchObject({
      ...{ outcome: 'confirmed', fenced: true },
    });
    expect(sim.power()).toBe(0);
    await client.close();
    await daemon.stop();
    expect(daemon.output()).not.toContain(password);
  });
});
