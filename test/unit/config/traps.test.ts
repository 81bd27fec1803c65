import { expect, it, test } from 'vitest';
import { canonicalAddress, plainAddress } from '../../../src/config/addresses.ts';
import { createWorkspace, goodConfig } from './workspace.ts';

const section = `${goodConfig}traps:
  sources: { 192.0.2.11: server1, "2001:DB8:0::1": ups-a, "::ffff:192.0.2.12": server2 }
  communitiesFile: communities
  users:
    - { name: one, authFile: auth }
    - { name: two, authProtocol: sha1, authEnv: AUTH, privProtocol: aes256, privFile: priv, engineIds: ["0x80001F88AA"] }
`;

const environment = { BMC_PASSWORD: 'x', AUTH: 'from-environment' };

const workspace = () => {
  const space = createWorkspace();
  space.write('communities', 'public\r\n\nsecond one\n', 0o600);
  space.write('auth', 'auth-phrase\n', 0o600);
  space.write('priv', 'priv-phrase\n', 0o600);
  return space;
};

it('reads communities, users and sources', async () => {
  const loaded = await workspace().load(section, environment);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const { traps } = loaded.value.config;
  expect(loaded.value.warnings).toEqual([]);
  expect(traps).toMatchObject({ listen: [{ address: '0.0.0.0', port: 162 }], receiveBufferKiB: 4096 });
  expect([...(traps?.sources ?? [])]).toEqual([
    ['192.0.2.11', 'server1'],
    ['2001:db8::1', 'ups-a'],
    ['192.0.2.12', 'server2'],
  ]);
  expect(traps?.communities.map((one) => one.reveal().toString())).toEqual(['public', 'second one']);
  expect(
    traps?.users.map(({ auth, priv, ...rest }) => ({
      ...rest,
      auth: auth.reveal().toString(),
      priv: priv?.reveal().toString(),
    })),
  ).toEqual([
    {
      name: 'one',
      authProtocol: 'sha256',
      privProtocol: 'aes128',
      engineIds: [],
      auth: 'auth-phrase',
      priv: undefined,
    },
    {
      name: 'two',
      authProtocol: 'sha1',
      privProtocol: 'aes256',
      engineIds: ['80001f88aa'],
      auth: 'from-environment',
      priv: 'priv-phrase',
    },
  ]);
});

it('knows relays by their addresses as the kernel writes them', async () => {
  const text = section.replace('traps:', 'traps:\n  relays: ["2001:DB8:0::7", "::ffff:192.0.2.9"]');
  const loaded = await workspace().load(text, environment);
  expect(loaded.ok && [...(loaded.value.config.traps?.relays ?? [])]).toEqual(['2001:db8::7', '192.0.2.9']);
});

it('has no traps where the file says nothing of them', async () => {
  const loaded = await workspace().load(goodConfig);
  expect(loaded.ok && 'traps' in loaded.value.config).toBe(false);
});

const at = (text: string, line: number): string => `noroshi.yaml:${line}: traps.${text}`;

test.each<[string, string | RegExp, string, string[]]>([
  [
    'a name for an address',
    '192.0.2.11:',
    'bmc1:',
    [at('sources.bmc1: this key must be an IPv4 or IPv6 address', 15)],
  ],
  [
    'an address twice',
    '"::ffff:192.0.2.12"',
    '"::ffff:c000:020b"',
    [at('sources.(?): ::ffff:c000:020b is the same address as another one', 15)],
  ],
  [
    'a relay twice',
    'traps:',
    'traps:\n  relays: ["2001:db8::7", "2001:DB8:0::7"]',
    [at('relays[1]: stands here a second time', 15)],
  ],
  [
    'a relay by its name',
    'traps:',
    'traps:\n  relays: [noc]',
    [at('relays[0]: must be an IPv4 or IPv6 address', 15)],
  ],
  ['a user twice', 'name: two', 'name: one', [at('users[1].name: stands here a second time', 19)]],
  [
    'a place twice',
    'traps:',
    'traps:\n  listen: [{ port: 1162 }, { address: 0.0.0.0, port: 1162 }]',
    [at('listen[1]: stands here a second time', 15)],
  ],
  [
    'a passphrase that is missing',
    ', authFile: auth',
    '',
    [at('users[0]: the auth is missing; give authFile or authEnv', 18)],
  ],
  [
    'a community in the file',
    'communitiesFile: communities',
    'communities: [public]',
    [
      at(
        'communities: unknown key; known here: listen, receiveBufferKiB, sources, relays, communitiesFile, communitiesEnv, users, acknowledgePet, dedupSeconds, unknownSeconds, storm',
        16,
      ),
      at(
        'communities: a secret must not stand in this file; put it into a file of its own and name that with communitiesFile',
        16,
      ),
    ],
  ],
  [
    'a file that is not there',
    'communitiesFile: communities',
    'communitiesFile: nowhere',
    [at('communitiesFile: the file named here does not exist', 16)],
  ],
  [
    'nobody',
    /\n {2}communitiesFile(.*\n)*/,
    '\n',
    ['noroshi.yaml:14: traps: needs communitiesFile, users or both: nobody could send anything'],
  ],
])('refuses %s', async (_what, replaced, by, lines) => {
  expect(await workspace().problems(section.replace(replaced, by), environment)).toEqual(lines);
});

it('checks who acknowledges traps, as it does for identify lamps', async () => {
  const owned = (owners: string) =>
    section.replace('traps:', `traps:\n  acknowledgePet: { owners: [${owners}] }`);
  expect(await workspace().problems(owned('server1, server1'), environment)).toEqual([
    at('acknowledgePet.owners[1]: names a machine a second time', 15),
  ]);
  const alone = await workspace().load(owned('server1'), environment);
  expect(alone.ok && alone.value.config.traps?.acknowledgePet).toEqual({ owners: ['server1'] });
  expect(alone.ok && alone.value.warnings).toEqual([
    expect.stringContaining('nobody acknowledges the traps of the BMC of server1; name a second owner'),
  ]);
});

it('refuses a passphrase of 7 bytes, and a community of 256', async () => {
  const space = workspace();
  space.write('auth', '1234567\n', 0o600);
  space.write('communities', `ok\n${'c'.repeat(256)}\n`, 0o600);
  expect(await space.problems(section, environment)).toEqual([
    at('communitiesFile: a community here is longer than 255 bytes', 16),
    at('users[0].authFile: a passphrase of SNMPv3 has 8 bytes at least', 18),
  ]);
});

it('warns of a community file that everybody may read, and of a name that looks like a slip', async () => {
  const space = workspace();
  space.write('communities', 'public\n', 0o644);
  const loaded = await space.load(section.replace('192.0.2.11: server1', '192.0.2.11: sever1'), environment);
  expect(loaded.ok && loaded.value.warnings.map((line) => line.replace(/^.*?yaml:/, ''))).toEqual([
    '15: traps.sources.192.0.2.11: no server is called sever1; is server1 meant?',
    '16: traps.communitiesFile: the file named here is open to every user (mode 0644); chmod o= it',
  ]);
});

it('writes addresses as the kernel does', () => {
  expect(
    ['192.0.2.1', '::1', '2001:DB8:0:0:1:0:0:1', '::FFFF:192.0.2.1', 'x', '1.2.3'].map(canonicalAddress),
  ).toEqual([...['192.0.2.1', '::1', '2001:db8::1:0:0:1', '192.0.2.1', undefined, undefined]]);
  expect(['192.0.2.1', '::ffff:192.0.2.1', 'fe80::1%eth0', '::ffff:1%eth0'].map(plainAddress)).toEqual([
    ...['192.0.2.1', '192.0.2.1', 'fe80::1', '::ffff:1'],
  ]);
});
