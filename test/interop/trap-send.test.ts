import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeV2 } from '../../src/snmp-trap/codec/notification-encoder.ts';
import { until } from '../support/bounded.ts';
import { freeUdpPort } from '../support/free-port.ts';
import { noroshi } from '../support/noroshi-process.ts';
import { describeWithPeers } from '../support/peers.ts';
import { startTrapSite, type TrapSite } from '../support/traps/site.ts';
import { run } from './rig/run.ts';
import { createSnmpTrapd, type SnmpTrapd } from './rig/snmptrapd.ts';

const limitMs = 60_000;
const coldStart = '1.3.6.1.6.3.1.1.5.1';
const sysDescr = '1.3.6.1.2.1.1.1.0';
const passphrases = { auth: 'correct horse', priv: 'battery staple' };
const engineId = '80007ed90401020304';

const folder = mkdtempSync(join(tmpdir(), 'noroshi-trap-send-'));
for (const [name, text] of Object.entries({ community: 'public', wrong: 'not-it', ...passphrases }))
  writeFileSync(join(folder, name), `${text}\n`, { mode: 0o600 });
const fileOf = (name: string) => join(folder, name);

/** A link that was not told of yet: a trap that repeats another is no event of its own. */
const linkDown = (index: string) => ['1.3.6.1.6.3.1.1.5.3', `1.3.6.1.2.1.2.2.1.1.${index}`, 'i', index];
const byCommunity = ['--community-file', fileOf('community')];
const asUser = [
  '--snmp',
  'v3',
  '--user',
  'noc',
  '--auth-file',
  fileOf('auth'),
  '--priv-file',
  fileOf('priv'),
];

const sendTo = (port: number, ...words: string[]) =>
  run([noroshi, 'trap', 'send', '--to', `127.0.0.1:${port}`, ...words]);
const once = ['--answer', '1s', '--tries', '1'];

describeWithPeers(['snmptrapd'], 'noroshi trap send to Net-SNMP’s snmptrapd', () => {
  let port = 0;
  let trapd: SnmpTrapd;

  beforeAll(async () => {
    port = await freeUdpPort();
    trapd = await createSnmpTrapd(port, [
      'authCommunity log public',
      `createUser -e 0x${engineId} noc SHA-256 "${passphrases.auth}" AES "${passphrases.priv}"`,
      `createUser noc SHA-256 "${passphrases.auth}" AES "${passphrases.priv}"`,
      'authUser log noc authPriv',
    ]);
  }, limitMs);

  const arrived = async (text: string) => {
    const found = () => trapd.received().filter((values) => values['SNMPv2-MIB::sysDescr'] === text);
    await until(() => found().length > 0, 10_000, text);
    return found();
  };

  test.for<[string, string[], string]>([
    ['v1 trap', ['--snmp', 'v1', ...byCommunity], 'sent'],
    ['v2c trap', byCommunity, 'sent'],
    ['v2c inform', ['--inform', ...byCommunity], 'answered'],
    ['v3 trap', ['--engine-id', engineId, ...asUser], 'sent'],
    ['v3 inform', ['--inform', ...asUser], 'answered'],
  ])('%s arrives once', { timeout: limitMs }, async ([name, options, proof]) => {
    const result = await sendTo(port, ...options, '--json', coldStart, sysDescr, 's', name);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const [version, kind] = name.split(' ');
    expect(JSON.parse(result.stdout)).toMatchObject({ version, kind, trapOid: coldStart, proof });
    const [first, ...others] = await arrived(name);
    expect(others).toEqual([]);
    if (version !== 'v1') expect(first).toMatchObject({ 'SNMPv2-MIB::snmpTrapOID': 'SNMPv2-MIB::coldStart' });
  });

  test('a recorded v2c inform is sent as it is, and its answer is waited for', {
    timeout: limitMs,
  }, async () => {
    const recorded = encodeV2({
      ...{ community: 'public', kind: 'inform', requestId: 4711, uptimeTicks: 5, trapOid: coldStart },
      varbinds: [{ oid: sysDescr, value: { type: 'octetString', value: Buffer.from('recorded') } }],
    });
    const { code, stdout } = await sendTo(port, '--hex', recorded.toString('hex'));
    expect({ code, stdout: stdout.includes('answered; the receiver has it') }).toEqual({
      code: 0,
      stdout: true,
    });
    expect(await arrived('recorded')).toHaveLength(1);
  });

  test('what the receiver does not take is told: exit 1', { timeout: limitMs }, async () => {
    const silent = await sendTo(port, '--inform', ...once, '--community-file', fileOf('wrong'), coldStart);
    expect(silent).toMatchObject({ code: 1, stdout: '' });
    expect(silent.stderr).toContain('the v2c inform to');
    expect(silent.stderr).toContain('it does not answer (trap.notTaken)');
    expect(silent.stderr).not.toContain('not-it');
    const stranger = ['--snmp', 'v3', '--user', 'nobody', '--auth-file', fileOf('auth')];
    const unknown = await sendTo(port, '--inform', ...once, ...stranger, '--json', coldStart);
    expect(unknown.code).toBe(1);
    expect(JSON.parse(unknown.stdout)).toMatchObject({ error: { code: 'trap.notTaken' } });
    expect(unknown.stdout).toContain('it does not know the user');
  });
});

describe('noroshi trap send to our own daemon', () => {
  let gateway: TrapSite;
  let port = 0;

  beforeAll(async () => {
    const { auth: authPassphrase, priv: privPassphrase } = passphrases;
    gateway = await startTrapSite({
      users: [{ user: 'noc', protocol: 'sha256', authPassphrase, privPassphrase }],
    });
    port = gateway.ports[0] ?? 0;
  }, limitMs);

  const monitors = () => gateway.client.call('monitor.list', {});

  test('a sample raises its monitor', { timeout: limitMs }, async () => {
    const raise = await sendTo(port, '--sample', 'ipmi-pet/chassisIntrusion', ...byCommunity);
    expect(raise).toMatchObject({ code: 0 });
    expect(raise.stdout).toContain('v1 trap 1.3.6.1.4.1.3183.1.1.0.356096');
    expect(raise.stdout).toContain('sent, and nobody objected, which proves no more');
    const intrusion = async () =>
      (await monitors()).find(({ category }) => category === 'Physical Security')?.state;
    await until(async () => (await intrusion()) === 'error', 10_000, 'the monitor to be raised');
  });

  test('a second run of a v3 trap is no replay: boots go on', { timeout: limitMs }, async () => {
    const before = (await gateway.events('trap.received', 0)).length;
    for (const index of ['1', '2'])
      expect(await sendTo(port, ...asUser, ...linkDown(index))).toMatchObject({ code: 0 });
    expect((await gateway.events('trap.received', before + 2)).slice(before)).toMatchObject([
      { data: { version: 'v3', kind: 'trap', rule: 'generic/linkDown', key: 'link/1' } },
      { data: { version: 'v3', kind: 'trap', rule: 'generic/linkDown', key: 'link/2' } },
    ]);
  });

  test.for<[string, string, string[]]>([
    ['v2c', '3', byCommunity],
    ['v3', '4', asUser],
  ])(
    'an inform of %s is answered, and its event is on disk then',
    {
      timeout: limitMs,
    },
    async ([version, index, options]) => {
      const before = (await gateway.events('trap.received', 0)).length;
      const { code, stdout } = await sendTo(port, '--inform', ...options, ...linkDown(index));
      expect({ code, answered: stdout.includes('answered; the receiver has it') }).toEqual({
        code: 0,
        answered: true,
      });
      const { events } = await gateway.client.call('events.read', { types: ['trap.received'] });
      expect(events.slice(before)).toMatchObject([{ data: { version, kind: 'inform' } }]);
    },
  );
});
