import { beforeAll, expect, test } from 'vitest';
import { freeUdpPort } from '../support/free-port.ts';
import { describeWithPeers } from '../support/peers.ts';
import { startTrapSite, type TrapSite } from '../support/traps/site.ts';
import { createSnmpTools, type SnmpTools } from './rig/snmp-tools.ts';
import { createSnmpTrapd } from './rig/snmptrapd.ts';

const limitMs = 60_000;
const linkDown = '1.3.6.1.6.3.1.1.5.3';
const linkUp = '1.3.6.1.6.3.1.1.5.4';
const petEnterprise = '1.3.6.1.4.1.3183.1.1';
const snmpTrapAddress = '1.3.6.1.6.3.18.1.3.0';
const [bmc, ups, stranger] = ['10.0.0.1', '10.0.0.2', '10.0.0.9'];

describeWithPeers(['snmptrapd', 'snmptrap', 'snmpinform'], 'traps that snmptrapd forwards', () => {
  let gateway: TrapSite;
  let tools: SnmpTools;
  let relay = '';

  beforeAll(async () => {
    tools = createSnmpTools();
    gateway = await startTrapSite({
      relays: ['127.0.0.1'],
      sources: { [bmc]: 'server1', [ups]: 'ups-a' },
    });
    const port = await freeUdpPort();
    await createSnmpTrapd(port, [
      'authCommunity log,execute,net public',
      `forward default udp:127.0.0.1:${gateway.ports[0]}`,
    ]);
    relay = `127.0.0.1:${port}`;
  }, limitMs);

  const linkOf = (trap: string, address: string) => [
    ...['-v2c', '-c', 'public', relay, '99', trap],
    ...['1.3.6.1.2.1.2.2.1.1.1', 'i', '1', snmpTrapAddress, 'a', address],
  ];

  test('are of their origin, and tell the relay: a PET of v1, and v2c with snmpTrapAddress.0', async () => {
    await tools.trap(['-v1', '-c', 'public', relay, petEnterprise, bmc, '6', '356224', '77']);
    await tools.trap(linkOf(linkDown, ups));
    const events = await gateway.events('trap.received', 2);
    expect(events.map(({ data }) => data)).toMatchObject([
      { source: bmc, server: 'server1', relay: '127.0.0.1', version: 'v1', rule: 'ipmi-pet/stateOver' },
      { source: ups, device: 'ups-a', relay: '127.0.0.1', version: 'v2c', key: 'link/1', action: 'raise' },
    ]);
  });

  test('with one key of two origins are two conditions', async () => {
    const before = (await gateway.events('trap.received', 0)).length;
    await tools.trap(linkOf(linkDown, bmc));
    await tools.trap(linkOf(linkUp, ups));
    const events = (await gateway.events('trap.received', before + 2)).slice(before);
    expect(events.map(({ data }) => data)).toMatchObject([
      { source: bmc, action: 'raise', key: 'link/1' },
      { source: ups, action: 'clear', key: 'link/1' },
    ]);
  });

  test('without an origin, or of one that is not listed, are refused and told', async () => {
    const before = (await gateway.events('trap.received', 0)).length;
    await tools.trap(linkOf(linkDown, stranger));
    await tools.inform(['-v2c', '-c', 'public', relay, '99', linkDown, '1.3.6.1.2.1.2.2.1.1.7', 'i', '7']);
    const refusals = (await gateway.events('trap.refused', 2)).map(({ data }) => data);
    expect(refusals).toMatchObject([
      { source: stranger, reason: 'relayOrigin', count: 1 },
      { source: '127.0.0.1', reason: 'relayOrigin', count: 1 },
    ]);
    expect(await gateway.events('trap.received', 0)).toHaveLength(before);
    expect((await gateway.counters()).refused).toEqual({ relayOrigin: 2 });
  });

  test('straight from its address are refused as the relay’s own, which is no source', async () => {
    const before = (await gateway.counters()).refused.relayOrigin ?? 0;
    const own = ['-v2c', '-c', 'public', `127.0.0.1:${gateway.ports[0]}`, '99', linkDown];
    expect((await tools.inform(own)).code).not.toBe(0);
    expect((await gateway.counters()).refused.relayOrigin).toBe(before + 1);
  });
});
