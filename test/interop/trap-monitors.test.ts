import { expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { until } from '../support/bounded.ts';
import { describeWithPeers } from '../support/peers.ts';
import { countersOver, startTrapSite } from '../support/traps/site.ts';
import { createSnmpTools } from './rig/snmp-tools.ts';

const enterprise = '1.3.6.1.4.1.3183.1.1';
const limitMs = 10_000;

/** Chassis intrusion (05 6F 00) of sensor 115, and its deassertion (bit 7). */
const asserted = '356096';
const deasserted = '356224';

/** The recorded PET of a Dell server (manual page ipmi-pet(8)), made critical, with a sequence of its own. */
const petOf = (sequence: string): string =>
  `44454c4c500010598043b2c04f333358${sequence}19e87e26ffff202010207318008001ff000000000019000002a20100c1`;

describeWithPeers(['snmptrap'], 'a Platform Event Trap and the external-link monitor', () => {
  test('is raised by it, holds over a restart of the gateway, and is cleared by the deassertion', async () => {
    const tools = createSnmpTools();
    const gateway = await startTrapSite();
    const send = async (client: EngineClient, specific: string, sequence: string) => {
      const port = (await countersOver(client)).listeners[0]?.port;
      const words = [enterprise, '127.0.0.1', '6', specific, '100', `${enterprise}.1`, 'x', petOf(sequence)];
      expect((await tools.trap(['-v1', '-c', 'public', `127.0.0.1:${port}`, ...words])).code).toBe(0);
    };
    const stateOf = async (client: EngineClient) => {
      const rows = await client.call('monitor.list', {});
      return rows.find(({ category }) => category === 'Physical Security');
    };
    await send(gateway.client, asserted, '0002');
    await until(
      async () => (await stateOf(gateway.client))?.state === 'error',
      limitMs,
      'the monitor to be raised',
    );
    expect(await stateOf(gateway.client)).toMatchObject({ keyword: '115', server: 'server1' });
    await gateway.daemon.stop();

    const daemon = await gateway.site.start();
    const client = await gateway.site.connect();
    expect(await stateOf(client)).toMatchObject({ state: 'error', keyword: '115' });
    await send(client, deasserted, '0003');
    await until(async () => (await stateOf(client))?.state !== 'error', limitMs, 'the monitor to be cleared');
    const { events } = await client.call('events.read', { types: ['monitor.*'] });
    const own = events.filter(({ data }) => JSON.stringify(data).includes('Physical Security'));
    expect(own).toMatchObject([
      { type: 'monitor.raised', data: { origin: 'trap', by: '127.0.0.1' } },
      { type: 'monitor.cleared', data: { why: 'trap' } },
    ]);
    await client.close();
    await daemon.stop();
  }, 60_000);
});
