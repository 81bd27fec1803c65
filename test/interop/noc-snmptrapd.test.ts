import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { mibText } from '../../src/bridge/noc/snmp/mib.ts';
import { defaultBaseOid } from '../../src/bridge/noc/snmp/objects.ts';
import { createSnmpSender } from '../../src/bridge/noc/snmp/sender.ts';
import type { SenderEngine, SnmpTarget } from '../../src/bridge/noc/snmp/target.ts';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { createCallOff } from '../../src/core/call-off.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import { connectUdp } from '../../src/io/udp.ts';
import type { TrapCounters } from '../../src/snmp-trap/receiver.ts';
import { until } from '../support/bounded.ts';
import { createSite } from '../support/daemon.ts';
import { freeUdpPort } from '../support/free-port.ts';
import { aNotice } from '../support/notices.ts';
import { describeWithPeers, peerPath } from '../support/peers.ts';
import type { V3Account } from '../support/traps/v3-sender.ts';
import { run } from './rig/run.ts';
import { createSnmpTools, v3Words } from './rig/snmp-tools.ts';
import { createSnmpTrapd, mibFolders, type SnmpTrapd } from './rig/snmptrapd.ts';

const limitMs = 60_000;
const engineId = '80007ed905000102030405060708090a0b';
const passphrases = { auth: 'correct horse', priv: 'battery staple' };
const accounts = [
  'authCommunity log public',
  `createUser -e 0x${engineId} noc SHA-256 "${passphrases.auth}" AES "${passphrases.priv}"`,
  `createUser noc SHA-256 "${passphrases.auth}" AES "${passphrases.priv}"`,
  'authUser log noc authPriv',
];
const community = new Secret('public');
const user = {
  name: 'noc',
  authProtocol: 'sha256',
  auth: new Secret(passphrases.auth),
  priv: { protocol: 'aes128', passphrase: new Secret(passphrases.priv) },
} as const;

const senderTo = (port: number, how: SnmpTarget['how'], own: Partial<SenderEngine> = {}) =>
  createSnmpSender(
    { host: '127.0.0.1', port, baseOid: defaultBaseOid, answerMs: 2_000, tries: 3, how },
    {
      ...{ clock: systemClock, connect: connectUdp, addressOf: async (host) => host },
      own: { id: Buffer.from(engineId, 'hex'), boots: 3, time: () => 77, ...own },
      newId: () => randomInt(1, 2 ** 31 - 1),
    },
  );

const { signal } = createCallOff();

describeWithPeers(['snmptrapd'], 'notices at Net-SNMP’s snmptrapd', () => {
  let port = 0;
  let trapd: SnmpTrapd;

  beforeAll(async () => {
    port = await freeUdpPort();
    trapd = await createSnmpTrapd(port, accounts);
  }, limitMs);

  const arrived = (key: string) =>
    trapd.received().filter((values) => values['NOROSHI-MIB::noroshiKey'] === key);

  test.for<[string, SnmpTarget['how']]>([
    ['v1 trap', { version: 'v1', kind: 'trap', community }],
    ['v2c trap', { version: 'v2c', kind: 'trap', community }],
    ['v2c inform', { version: 'v2c', kind: 'inform', community }],
    ['v3 authPriv trap', { version: 'v3', kind: 'trap', user }],
    ['v3 authPriv inform', { version: 'v3', kind: 'inform', user }],
  ])('%s, more than one in a session, by the names of our MIB', { timeout: limitMs }, async ([name, how]) => {
    const sender = senderTo(port, how);
    const notices = [1, 2, 3].map((seq) => aNotice({ key: name, seq, text: 'サーバ server2 の強制停止' }));
    expect(await sender.send(notices, signal)).toEqual({ taken: 3 });
    await sender.close();
    await until(() => arrived(name).length === 3, 10_000, `three of ${name}`);
    const [first, ...others] = arrived(name);
    expect(others.map((values) => values['NOROSHI-MIB::noroshiEventNumber'])).toEqual(['2', '3']);
    expect(first).toMatchObject({
      'NOROSHI-MIB::noroshiState': 'raise',
      'NOROSHI-MIB::noroshiSeverity': 'critical',
      'NOROSHI-MIB::noroshiServer': 'server2',
      'NOROSHI-MIB::noroshiEventType': 'fence.finished',
      'NOROSHI-MIB::noroshiEventTime': '2026-11-21,1:2:3.4,+0:0',
      'NOROSHI-MIB::noroshiMessage': 'サーバ server2 の強制停止',
      'NOROSHI-MIB::noroshiAlertModule': 'rc',
      'NOROSHI-MIB::noroshiAlertId': '420',
      'NOROSHI-MIB::noroshiGateway': 'server1',
      'NOROSHI-MIB::noroshiCluster': 'prod-a',
    });
    if (how.version === 'v1') expect(first).toMatchObject({ 'FROM::agent': '127.0.0.1' });
    else
      expect(first).toMatchObject({
        'SNMPv2-MIB::sysUpTime': '7700',
        'SNMPv2-MIB::snmpTrapOID': 'NOROSHI-MIB::noroshiRaised',
      });
  });

  test('boots and time of v3 traps are told: an earlier boot is dropped', { timeout: limitMs }, async () => {
    const trapAt = async (key: string, boots: number) => {
      const sender = senderTo(port, { version: 'v3', kind: 'trap', user }, { boots });
      await sender.send([aNotice({ key })], signal);
      await sender.close();
    };
    await trapAt('boots 5', 5);
    await trapAt('boots 4', 4);
    await trapAt('boots 6', 6);
    await until(() => arrived('boots 6').length === 1, 10_000, 'the later boot');
    expect(arrived('boots 5')).toHaveLength(1);
    expect(arrived('boots 4')).toEqual([]);
  });

  test('a wrong passphrase or user is told by its name', { timeout: limitMs }, async () => {
    const wrong = { ...user, auth: new Secret('not the one') };
    const refused = senderTo(port, { version: 'v3', kind: 'inform', user: wrong });
    const { taken, failure } = await refused.send([aNotice()], signal);
    expect({ taken, failure }).toEqual({
      taken: 0,
      failure: 'it has another authentication passphrase for the user',
    });
    await refused.close();
    const stranger = senderTo(port, { version: 'v3', kind: 'inform', user: { ...user, name: 'nobody' } });
    expect(await stranger.send([aNotice()], signal)).toEqual({
      taken: 0,
      failure: 'it does not know the user',
    });
    await stranger.close();
  });
});

/** Two events each time. */
const change = async (client: EngineClient, times: number) => {
  const until = new Date(Date.now() + 3_600_000).toISOString();
  for (let count = 0; count < times; count += 1) {
    await client.call('maintenance.set', { server: 'one', until, requester: 'test' });
    await client.call('maintenance.set', { server: 'one', until: null, requester: 'test' });
  }
};

describeWithPeers(['snmptrapd'], 'informs of the daemon while snmptrapd is down', () => {
  const sinkOf = (port: number, more: Record<string, unknown>) => ({
    ...{ type: 'snmp', host: '127.0.0.1', port, answerSeconds: 1, tries: 1 },
    ...{ events: ['maintenance.*'], ...more },
  });

  test.for<[string, Record<string, unknown>]>([
    ['v2c', { communityFile: 'community' }],
    ['v3', { version: 'v3', user: 'noc', authFile: 'auth', privFile: 'priv' }],
  ])('%s: nothing is lost, doubled or out of order', { timeout: limitMs }, async ([, keys]) => {
    const port = await freeUdpPort();
    const trapd = await createSnmpTrapd(port, accounts);
    const site = createSite({
      servers: { one: undefined },
      sections: { noc: { sinks: { manager: sinkOf(port, keys) } } },
    });
    for (const [name, text] of Object.entries({ community: 'public', ...passphrases }))
      writeFileSync(join(site.folder, name), `${text}\n`, { mode: 0o600 });
    const daemon = await site.start();
    const client = await site.connect();
    expect(await site.cli(['noc', 'test'])).toMatchObject({ code: 0 });
    await change(client, 5);
    const numbers = () =>
      trapd
        .received()
        .map((values) => Number(values['NOROSHI-MIB::noroshiEventNumber']))
        .filter((seq) => seq > 0);
    await until(() => numbers().length === 10, 15_000, 'the first ten');
    await trapd.stop();
    await change(client, 5);
    expect(await site.cli(['noc', 'test', 'manager'])).toMatchObject({ code: 1 });
    await trapd.start();
    await change(client, 5);
    await until(() => numbers().length >= 30, 45_000, 'all thirty');
    const { events } = await client.call('events.read', { types: ['maintenance.*'], limit: 100 });
    expect(numbers()).toEqual(events.map(({ seq }) => seq));
    await client.close();
    await daemon.stop();
  });
});

describeWithPeers(['snmptrapd', 'snmpinform'], 'one engine for v3 traps out and v3 informs in', () => {
  const account: V3Account = {
    ...{ user: 'noc', protocol: 'sha256' },
    ...{ authPassphrase: passphrases.auth, privPassphrase: passphrases.priv },
  };
  const linkDown = '1.3.6.1.6.3.1.1.5.3';

  test('goes on over an upgrade and a restart', { timeout: limitMs }, async () => {
    const port = await freeUdpPort();
    const trapd = await createSnmpTrapd(port, accounts);
    const tools = createSnmpTools();
    const sink = { ...{ type: 'snmp', host: '127.0.0.1', port, version: 'v3', notification: 'trap' } };
    const keys = { authFile: 'auth', privFile: 'priv' };
    const events = ['maintenance.*'];
    const site = createSite({
      servers: { one: undefined },
      sections: {
        noc: { sinks: { manager: { ...sink, user: 'noc', ...keys, events } } },
        traps: {
          listen: [{ address: '127.0.0.1', port: 0 }],
          sources: { '127.0.0.1': 'one' },
          users: [{ name: 'noc', authProtocol: 'sha256', ...keys }],
        },
      },
    });
    for (const [name, text] of Object.entries(passphrases))
      writeFileSync(join(site.folder, name), `${text}\n`, { mode: 0o600 });
    mkdirSync(site.stateDirectory, { recursive: true });
    const former = { version: 1, engineId: '80007ed905ffffffffffffffffffffffff', boots: 9, engines: [] };
    writeFileSync(join(site.stateDirectory, 'snmp-engine.json'), JSON.stringify(former));
    writeFileSync(
      join(site.stateDirectory, 'noc-engine.json'),
      JSON.stringify({ version: 1, engineId, boots: 3 }),
    );
    for (const boots of [10, 11]) {
      const daemon = await site.start();
      const client = await site.connect();
      const { traps, noc } = (await client.call('health', {})) as unknown as {
        traps: TrapCounters;
        noc: { engineId: string };
      };
      expect([traps.engineId, noc.engineId, traps.engineBoots]).toEqual([engineId, engineId, boots]);
      await change(client, 1);
      const both = 2 * (boots - 9);
      await until(() => trapd.received().length === both, 15_000, `${both} v3 traps at the NOC`);
      const target = `127.0.0.1:${traps.listeners[0]?.port}`;
      const inform = ['99', linkDown, `1.3.6.1.2.1.2.2.1.1.${boots}`, 'i', `${boots}`];
      expect(await tools.inform([...v3Words(account), target, ...inform])).toMatchObject({ code: 0 });
      await client.close();
      await daemon.stop();
    }
  });
});

describeWithPeers(['smilint', 'snmptranslate'], 'NOROSHI-MIB', () => {
  const lint = async (file: string) => {
    const base = ['SNMPv2-SMI', 'SNMPv2-TC', 'SNMPv2-CONF'].flatMap((name) => [
      '-p',
      join('node_modules/net-snmp/lib/mibs', `${name}.mib`),
    ]);
    const { stdout, stderr } = await run([peerPath('smilint'), '-l', '6', ...base, file]);
    return `${stdout}${stderr}`.split('\n').filter((line) => line.startsWith(file));
  };

  test('is good, at the strictest level; only the arcs of the playpen have no names', async () => {
    const lines = await lint('mibs/NOROSHI-MIB.txt');
    expect(lines.map((line) => line.replace(/^.*warning: /, ''))).toEqual(
      Array.from({ length: 3 }, () => 'implicit node definition'),
    );
  });

  test('is good below a number of its own, and its names have the numbers that are sent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'noroshi-mib-'));
    const file = join(folder, 'NOROSHI-MIB.txt');
    writeFileSync(file, mibText('1.3.6.1.4.1.32473'));
    expect(await lint(file)).toEqual([]);
    const translate = [peerPath('snmptranslate'), '-M', `${mibFolders.split(':')[0]}:${folder}`] as const;
    const { stdout } = await run([...translate, '-m', 'NOROSHI-MIB', '-On', 'NOROSHI-MIB::noroshiCleared']);
    expect(stdout.trim()).toBe('.1.3.6.1.4.1.32473.0.2');
  });

  test('the one in the repository is for the default base', async () => {
    const words = ['-M', mibFolders, '-m', 'NOROSHI-MIB', '-On', 'NOROSHI-MIB::noroshiKey.0'];
    const { stdout } = await run([peerPath('snmptranslate'), ...words]);
    expect(stdout.trim()).toBe(`.${defaultBaseOid}.1.1.0`);
  });
});
