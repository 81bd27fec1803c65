import { expect, it } from 'vitest';
import { bmcDrivers } from '../../src/bmc/drivers/index.ts';
import { systemClock } from '../../src/core/clock.ts';
import { deadlineIn } from '../../src/core/deadline.ts';
import type { BmcPort, CallLimits } from '../../src/core/ports.ts';
import { Secret } from '../../src/core/secret.ts';
import { builtInDefinition } from '../contract/drivers.ts';
import { createSite } from '../support/daemon.ts';
import { describeWithPeers } from '../support/peers.ts';
import { loopbackAddress, startIpmiSim } from './rig/ipmi-sim.ts';
import { defaultUsers } from './rig/ipmi-sim-config.ts';

const limits = (): CallLimits => ({ deadline: deadlineIn(systemClock, 10_000), priority: 'forcedStop' });

describeWithPeers(['ipmi_sim', 'ireset', 'icmd', 'ipmiutil'], 'the ipmiutil-legacy lines', () => {
  it('switch a server off with any password, which is why they need an acknowledgement', async () => {
    const sim = await startIpmiSim({ host: loopbackAddress(), port: 623 });
    const { driver: name, options } = await builtInDefinition('ipmiutil-legacy');
    const driver = bmcDrivers[name];
    const bmc = {
      model: 'ipmiutil-legacy',
      driver: name,
      options: { ...options, host: sim.host, user: 'oper', allowCipherSuite0: true },
      secrets: { password: new Secret('not-the-password') },
    };
    const port = driver?.build(bmc, systemClock) as BmcPort;
    const session = await port.open(limits());
    expect(session.guid).toBe(sim.guid);
    expect(await session.control('off', limits())).toEqual({ kind: 'accepted' });
    expect(await session.readPower(limits())).toBe('off');
    expect(await port.examine(limits(), () => 'known')).toContainEqual(
      expect.objectContaining({ check: 'suite', state: 'bad' }),
    );
    await port.close();
  });
});

const everyTool = ['ipmi_sim', 'ireset', 'icmd', 'ipmiutil', 'ipmitool', 'ipmi-chassis', 'bmc-info'] as const;

describeWithPeers(everyTool, 'the daemon with command models', () => {
  it('forces servers off, each through its own tool, and proves it', async () => {
    const { name: user, password } = defaultUsers.operator;
    const models = ['ipmitool', 'freeipmi', 'ipmiutil'] as const;
    const sims = await Promise.all(models.map(() => startIpmiSim({ host: loopbackAddress(), port: 623 })));
    const accessOf = (index: number) => ({ host: sims[index]?.host ?? '', port: 623, user, password });
    const servers = Object.fromEntries(
      models.map((model, index) => [model, { ...accessOf(index), model, cipherSuites: [3] }]),
    );
    const site = createSite({ servers });
    await site.start();
    for (const [index, model] of models.entries()) {
      const { stdout } = await site.cli(['fence', model, 'off', '--json']);
      expect(JSON.parse(stdout)).toMatchObject({
        outcome: 'confirmed',
        fenced: true,
        proof: { power: 'off' },
      });
      expect(sims[index]?.power()).toBe(0);
    }
  });
});
