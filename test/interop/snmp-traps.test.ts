import { beforeAll, expect, test } from 'vitest';
import { until } from '../support/bounded.ts';
import { describeWithPeers } from '../support/peers.ts';
import { countersOver, startTrapSite, type TrapSite } from '../support/traps/site.ts';
import type { V3Account } from '../support/traps/v3-sender.ts';
import { createSnmpTools, type SnmpTools, v3Words } from './rig/snmp-tools.ts';

const linkDown = '1.3.6.1.6.3.1.1.5.3';
const enterprise = '1.3.6.1.4.1.3183.1.1';
let links = 0;
/** A link that was not told of yet: a trap that repeats another is no event of its own. */
const nextDown = (): string[] => {
  links += 1;
  return [linkDown, `1.3.6.1.2.1.2.2.1.1.${links}`, 'i', `${links}`];
};
const passphrases = { authPassphrase: 'authentic-enough', privPassphrase: 'private-enough' };

const sha1: V3Account = { user: 'sha1', protocol: 'sha1', ...passphrases };
const sha256: V3Account = { user: 'sha256', protocol: 'sha256', ...passphrases };
const sha512: V3Account = { user: 'sha512', protocol: 'sha512', ...passphrases };
const clear: V3Account = { user: 'clear', protocol: 'sha256', authPassphrase: 'authentic-enough' };
const users = [sha1, sha256, sha512, clear];

describeWithPeers(['snmptrap', 'snmpinform'], 'traps of Net-SNMP', () => {
  let gateway: TrapSite;
  let tools: SnmpTools;
  let v4 = '';
  let v6 = '';

  beforeAll(async () => {
    tools = createSnmpTools();
    gateway = await startTrapSite({
      users,
      sources: { '127.0.0.1': 'server1', '::1': 'ups-a' },
      listen: [
        { address: '127.0.0.1', port: 0 },
        { address: '::1', port: 0 },
      ],
    });
    [v4, v6] = [`127.0.0.1:${gateway.ports[0]}`, `udp6:[::1]:${gateway.ports[1]}`];
  });

  const latest = async (before: number) => {
    const events = await gateway.events('trap.received', before + 1);
    expect(events).toHaveLength(before + 1);
    return events.at(-1)?.data;
  };
  const count = async () => (await gateway.events('trap.received', 0)).length;

  test('a v1 trap of an enterprise', async () => {
    const before = await count();
    const words = [enterprise, '10.0.0.1', '6', '356224', '77', `${enterprise}.1`, 'x', '44454c4c0000'];
    expect((await tools.trap(['-v1', '-c', 'public', v4, ...words])).code).toBe(0);
    expect(await latest(before)).toMatchObject({
      ...{ source: '127.0.0.1', server: 'server1', version: 'v1', kind: 'trap' },
      ...{ trapOid: `${enterprise}.0.356224`, rule: 'ipmi-pet/stateOver', action: 'clear' },
      fields: { [`${enterprise}.1`]: 'DELL', sensorType: 5, doubt: 'the varbind is missing or too short' },
    });
  });

  test('a v1 coldStart, by the OID of v2', async () => {
    const before = await count();
    await tools.trap(['-v1', '-c', 'public', v4, '1.3.6.1.4.1.8072', '10.0.0.1', '0', '0', '1']);
    expect(await latest(before)).toMatchObject({ trapOid: '1.3.6.1.6.3.1.1.5.1' });
  });

  test('a v2c trap over IPv6, with values of every type snmptrap has', async () => {
    const before = await count();
    const values = [
      ...['1.3.6.1.1', 'i', '-5', '1.3.6.1.2', 'u', '4294967295', '1.3.6.1.3', 'c', '7'],
      ...['1.3.6.1.4', 's', 'Füße', '1.3.6.1.5', 'o', enterprise, '1.3.6.1.6', 'a', '192.0.2.1'],
      ...['1.3.6.1.7', 't', '123', '1.3.6.1.8', 'C', '18446744073709551615', '1.3.6.1.9', 'n', ''],
    ];
    expect((await tools.trap(['-v2c', '-c', 'public', v6, '99', linkDown, ...values])).code).toBe(0);
    expect(await latest(before)).toMatchObject({
      ...{ source: '::1', device: 'ups-a', version: 'v2c', kind: 'trap', trapOid: linkDown },
      fields: {
        '1.3.6.1.1': -5,
        '1.3.6.1.2': 4294967295,
        '1.3.6.1.3': 7,
        '1.3.6.1.4': 'Füße',
        '1.3.6.1.5': enterprise,
        '1.3.6.1.6': '192.0.2.1',
        '1.3.6.1.7': 123,
        '1.3.6.1.8': '18446744073709551615',
        '1.3.6.1.9': '',
      },
    });
  });

  test.each(['v4', 'v6'])('a v2c inform over %s is acknowledged', async (which) => {
    const before = await count();
    const target = which === 'v4' ? v4 : v6;
    expect((await tools.inform(['-v2c', '-c', 'public', target, '99', ...nextDown()])).code).toBe(0);
    expect(await latest(before)).toMatchObject({ version: 'v2c', kind: 'inform', trapOid: linkDown });
  });

  test.each(users)('a v3 trap and a v3 inform of $user', async (account) => {
    const before = await count();
    expect((await tools.trap([...v3Words(account), v4, '99', ...nextDown()])).code).toBe(0);
    expect(await latest(before)).toMatchObject({ version: 'v3', kind: 'trap', trapOid: linkDown });
    expect(await tools.inform([...v3Words(account), v4, '99', ...nextDown()])).toMatchObject({ code: 0 });
    expect(await latest(before + 1)).toMatchObject({ version: 'v3', kind: 'inform', trapOid: linkDown });
  });

  test.each([
    ['community', ['-v2c', '-c', 'wrong']],
    ['v3User', v3Words({ ...sha256, user: 'stranger' })],
    ['v3Digest', v3Words({ ...sha256, authPassphrase: 'something-else' })],
    ['v3Content', v3Words({ ...sha256, privPassphrase: 'something-else' })],
    ['v3Level', v3Words({ ...clear, user: 'sha256' })],
  ] as const)('a wrong one is refused for %s, told, and not acknowledged', async (reason, words) => {
    const before = await count();
    const refusedBefore = (await gateway.counters()).refused[reason] ?? 0;
    expect((await tools.inform([...words, v4, '99', ...nextDown()])).code).not.toBe(0);
    expect((await gateway.counters()).refused[reason]).toBe(refusedBefore + 1);
    const told = (await gateway.events('trap.refused', 1)).map(({ data }) => data);
    expect(told).toContainEqual(expect.objectContaining({ source: '127.0.0.1', reason, count: 1 }));
    expect(await count()).toBe(before);
  });

  test('every datagram is accounted for, and the log holds no passphrase', async () => {
    const { received, recorded, pending, discoveries, repeated, refused } = await gateway.counters();
    const sum = Object.values(refused).reduce((total, one) => total + one, 0);
    expect(received).toBe(recorded + pending + discoveries + repeated + sum);
    for (const secret of ['authentic-enough', 'private-enough', 'something-else'])
      expect(gateway.daemon.output()).not.toContain(secret);
  });
});

describeWithPeers(['snmptrap', 'snmpinform'], 'a reload', () => {
  test('changes communities, users, sources and listeners at once', async () => {
    const tools = createSnmpTools();
    const gateway = await startTrapSite({ users: [sha256] });
    const inform = async (words: readonly string[], port = gateway.ports[0]) =>
      (await tools.inform([...words, `127.0.0.1:${port}`, '99', ...nextDown()])).code === 0;
    const changed = { ...sha256, authPassphrase: 'quite-another-one' };
    expect(await inform(['-v2c', '-c', 'public'])).toBe(true);
    expect(await inform(v3Words(sha256))).toBe(true);
    await gateway.reload({ communities: ['next'], users: [changed] });
    expect(await inform(['-v2c', '-c', 'public'])).toBe(false);
    expect(await inform(['-v2c', '-c', 'next'])).toBe(true);
    expect(await inform(v3Words(sha256))).toBe(false);
    expect(await inform(v3Words(changed))).toBe(true);
    await gateway.reload({ sources: { '192.0.2.1': 'server1' } });
    expect(await inform(['-v2c', '-c', 'public'])).toBe(false);
    expect((await gateway.counters()).refused).toMatchObject({ source: 1 });
    await gateway.reload({ listen: [{ address: '127.0.0.2', port: 0 }] });
    const [listener, ...others] = (await gateway.counters()).listeners;
    expect(others).toEqual([]);
    expect(listener).toMatchObject({ address: '127.0.0.2', listening: true });
  });
});

describeWithPeers(['snmpinform'], 'a restart', () => {
  test('keeps the engine id, and counts the boots', async () => {
    const tools = createSnmpTools();
    const gateway = await startTrapSite({ users: [sha256] });
    const before = await gateway.counters();
    await gateway.daemon.stop();
    const daemon = await gateway.site.start();
    const client = await gateway.site.connect();
    const traps = await countersOver(client);
    expect(traps.engineId).toBe(before.engineId);
    expect(traps.engineBoots).toBe(before.engineBoots + 1);
    const target = `127.0.0.1:${traps.listeners[0]?.port}`;
    expect((await tools.inform([...v3Words(sha256), target, '99', ...nextDown()])).code).toBe(0);
    await daemon.stop();
  });
});

describeWithPeers(['snmpinform', 'gcc'], 'an inform while the disk hangs', () => {
  test('is not acknowledged, and is once the disk goes on', async () => {
    const tools = createSnmpTools();
    const gateway = await startTrapSite({ users: [sha256], illDisk: true });
    const target = `127.0.0.1:${gateway.ports[0]}`;
    const v2Words = () => ['-v2c', '-c', 'public', target, '99', ...nextDown()];
    expect((await tools.inform(v2Words())).code).toBe(0);
    expect((await tools.inform([...v3Words(sha256), target, '99', ...nextDown()])).code).toBe(0);
    gateway.disk?.befall('hang');
    expect((await tools.inform(v2Words())).code).not.toBe(0);
    expect((await tools.inform([...v3Words(sha256), target, '99', ...nextDown()])).code).not.toBe(0);
    expect(await gateway.counters()).toMatchObject({ acknowledged: 2, pending: 2 });
    gateway.disk?.heal('hang');
    await until(async () => (await gateway.counters()).pending === 0, 20_000, 'the record of the informs');
    expect(await gateway.counters()).toMatchObject({ recorded: 4, acknowledged: 4 });
    expect((await tools.inform(v2Words())).code).toBe(0);
  });

  test('does not keep the daemon from ending', async () => {
    const tools = createSnmpTools();
    const gateway = await startTrapSite({ illDisk: true });
    gateway.disk?.befall('hang');
    const target = `127.0.0.1:${gateway.ports[0]}`;
    expect((await tools.inform(['-v2c', '-c', 'public', target, '99', linkDown])).code).not.toBe(0);
    // Longer than every limit of a stop; a process that hangs would be killed, which rejects.
    await gateway.daemon.stop(20_000);
    gateway.disk?.heal('hang');
  });
});

describeWithPeers(['snmptrap', 'snmpinform'], 'an inform of a condition that begins in a storm', () => {
  const storm = { windowSeconds: 4, sourcePerSecond: 1, sourceRearmPerSecond: 0.5 };
  const slow = { windowSeconds: 30, sourcePerSecond: 0.1, sourceRearmPerSecond: 0.1 };

  const stormAt = async (tools: SnmpTools, target: string) => {
    for (let count = 0; count < 5; count += 1)
      await tools.trap(['-v2c', '-c', 'public', target, '99', ...nextDown()]);
  };
  const keysTold = async (gateway: Pick<TrapSite, 'client'>): Promise<string[]> => {
    const { events } = await gateway.client.call('events.read', { types: ['trap.received'] });
    return events.flatMap((event) => (event.type === 'trap.received' ? [event.data.key ?? ''] : []));
  };

  test.each([
    ['v2c', ['-v2c', '-c', 'public']],
    ['v3', v3Words(sha256)],
  ])('is acknowledged once it is told, and its tries over %s are one inform', async (_version, words) => {
    const tools = createSnmpTools();
    const gateway = await startTrapSite({ users: [sha256], storm });
    const target = `127.0.0.1:${gateway.ports[0]}`;
    await stormAt(tools, target);
    const down = nextDown();
    const inform = tools.inform(['-r', '20', ...words, target, '99', ...down]);
    expect((await inform).code).toBe(0);
    expect((await keysTold(gateway)).filter((key) => key === `link/${links}`)).toHaveLength(1);
    const counters = await gateway.counters();
    expect(counters.repeated).toBeGreaterThan(0);
    // A try that was on its way when the first was answered is answered, too.
    expect(counters.acknowledged).toBeGreaterThan(0);
    expect(counters).toMatchObject({ recorded: 6, pending: 0, refused: {} });
    await gateway.daemon.stop();
  });

  test('is not acknowledged before: a kill loses nothing that was', async () => {
    const tools = createSnmpTools();
    const gateway = await startTrapSite({ storm: slow });
    const target = `127.0.0.1:${gateway.ports[0]}`;
    await stormAt(tools, target);
    const down = nextDown();
    const send = (at: string) => tools.inform(['-v2c', '-c', 'public', at, '99', ...down]);
    expect((await send(target)).code).not.toBe(0);
    expect(await gateway.counters()).toMatchObject({ pending: 1, acknowledged: 0 });
    await gateway.daemon.kill();
    const daemon = await gateway.site.start();
    const client = await gateway.site.connect();
    expect(await keysTold({ client })).not.toContain(`link/${links}`);
    const [listener] = (await countersOver(client)).listeners;
    expect((await send(`127.0.0.1:${listener?.port}`)).code).toBe(0);
    expect(await keysTold({ client })).toContain(`link/${links}`);
    await daemon.stop();
  });

  test('is told and acknowledged when the gateway stops', async () => {
    const tools = createSnmpTools();
    const gateway = await startTrapSite({ storm: slow });
    const target = `127.0.0.1:${gateway.ports[0]}`;
    await stormAt(tools, target);
    const inform = tools.inform(['-r', '20', '-v2c', '-c', 'public', target, '99', ...nextDown()]);
    await until(async () => (await gateway.counters()).pending === 1, 10_000, 'the inform');
    await gateway.daemon.stop();
    expect((await inform).code).toBe(0);
  });
});
