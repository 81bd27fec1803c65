import { join } from 'node:path';
import { expect, it } from 'vitest';
import { optionsOf } from '../../../src/config/driver.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { formatProblem } from '../../../src/config/problem.ts';
import { eventWords } from '../../../src/events/fields.ts';
import { formatValues } from '../../../src/snmp-trap/rules/rule-book.ts';
import { builtInDevices, createWorkspace, goodConfig, standIn } from './workspace.ts';

it('fills in defaults, makes paths absolute and reads the secrets', async () => {
  const { folder, load } = createWorkspace();
  const loaded = await load(goodConfig);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const { config, warnings, notices } = loaded.value;
  expect({ warnings, notices }).toEqual({ warnings: [], notices: [] });
  expect(config).toMatchObject({
    version: 1,
    cluster: 'prod-a',
    self: { node: 'server1', role: 'member' },
    stateDirectory: '/var/lib/noroshi',
    engine: { socket: '/run/noroshi/engine.sock', mode: 0o660 },
    fence: { deadlineSeconds: 15 },
    journal: { maxAgeDays: 30, maxSizeMiB: 256 },
    log: { level: 'info' },
    deviceDirectories: [join(folder, 'devices.d')],
  });
  expect(config.notify).toBeUndefined();
  expect(Object.keys(config.servers)).toEqual(['server1', 'server2']);
  const { bmc } = config.servers.server1 ?? {};
  if (!bmc) throw new Error('server1 has no bmc');
  expect(bmc).toMatchObject({ model: 'ipmi', driver: 'native' });
  expect(optionsOf(standIn, bmc)).toEqual({
    host: '192.0.2.11',
    port: 623,
    user: 'fence',
    privilege: 'operator',
    cipherSuites: [17, 3],
  });
  expect(bmc.secrets.password?.reveal().toString()).toBe('from-file');
  expect(config.servers.server2?.bmc?.secrets.password?.reveal().toString()).toBe('from-environment');
});

it('has no server that nobody configured, whatever its name', async () => {
  const loaded = await createWorkspace().load(goodConfig);
  expect(loaded.ok && loaded.value.config.servers.constructor).toBeUndefined();
});

it('puts relative sockets and the state into the folder of the file', async () => {
  const { folder, load } = createWorkspace();
  const text = `${goodConfig}stateDirectory: state
engine: { socket: run/e.sock, mode: "0600", group: noroshi }
notify: { socket: run/n.sock }
`;
  const loaded = await load(text);
  expect(loaded.ok && loaded.value.config).toMatchObject({
    stateDirectory: join(folder, 'state'),
    engine: { socket: join(folder, 'run/e.sock'), mode: 0o600, group: 'noroshi' },
    notify: { socket: join(folder, 'run/n.sock'), mode: 0o660 },
  });
});

/** Each case changes the good configuration: what is replaced, by what, and the lines that follow. */
const wrong: [string, string | RegExp, string, string[]][] = [
  ['version', 'version: 1', 'version: 2', ['noroshi.yaml:1: version: must be 1, not 2']],
  [
    'a missing key',
    'cluster: prod-a\n',
    '',
    [
      'noroshi.yaml:1: cluster: is missing; it must be a name of 1 to 63 letters, digits, dots, dashes or underscores that begins with a letter or digit',
    ],
  ],
  [
    'an empty section',
    /servers:.*(?=deviceD)/s,
    'servers:\n',
    ['noroshi.yaml:4: servers: is empty; it must be a section with one entry for each server'],
  ],
  [
    'no servers',
    /servers:.*(?=deviceD)/s,
    'servers: {}\n',
    [
      'noroshi.yaml:3: self.node: a member must be one of the servers',
      'noroshi.yaml:4: servers: must hold at least one server',
    ],
  ],
  [
    'text for a section',
    /self: .*/,
    'self: server1',
    ['noroshi.yaml:3: self: must be a section, not a single value'],
  ],
  [
    'a list for a section',
    /self: .*/,
    'self: [server1]',
    ['noroshi.yaml:3: self: must be a section, not a list of 1'],
  ],
  [
    'an unknown role',
    'role: member',
    'role: membr',
    ['noroshi.yaml:3: self.role: must be member or control, not "membr"'],
  ],
  [
    'a stranger as member',
    'node: server1',
    'node: server3',
    ['noroshi.yaml:3: self.node: a member must be one of the servers'],
  ],
  [
    'a server as control',
    'role: member',
    'role: control',
    ['noroshi.yaml:3: self.node: a control machine must not be one of the servers'],
  ],
  [
    'an inherited name as member',
    'node: server1',
    'node: constructor',
    ['noroshi.yaml:3: self.node: a member must be one of the servers'],
  ],
  [
    'a misspelt key at the top',
    'cluster: prod-a',
    'cluster: prod-a\njurnal: {}',
    ['noroshi.yaml:3: jurnal: unknown key; did you mean "journal"?'],
  ],
  [
    'a key nobody knows',
    'cluster: prod-a',
    'cluster: prod-a\nlog: { colour: red }',
    ['noroshi.yaml:3: log.colour: unknown key; known here: level'],
  ],
  [
    'a renewal after the lamp is out',
    'cluster: prod-a',
    'cluster: prod-a\nidentify: { owners: [server1], litSeconds: 60 }',
    ['noroshi.yaml:3: identify.rearmSeconds: must be less than litSeconds'],
  ],
  [
    'an owner of lamps twice',
    'cluster: prod-a',
    'cluster: prod-a\nidentify: { owners: [server1, server2, server1] }',
    ['noroshi.yaml:3: identify.owners[2]: names a machine a second time'],
  ],
  [
    'an unquoted mode',
    'cluster: prod-a',
    'cluster: prod-a\nengine: { mode: 0660 }',
    [
      'noroshi.yaml:3: engine.mode: must be four octal digits in quotes that begin with 0, such as "0660", not 660',
    ],
  ],
  [
    'a deadline too long',
    'cluster: prod-a',
    'cluster: prod-a\nfence: { deadlineSeconds: 3601 }',
    ['noroshi.yaml:3: fence.deadlineSeconds: must be a whole number from 1 to 3600, not 3601'],
  ],
  [
    'a bad level',
    'cluster: prod-a',
    'cluster: prod-a\nlog: { level: verbose }',
    ['noroshi.yaml:3: log.level: must be debug, info, warn or error, not "verbose"'],
  ],
  [
    'one socket for both',
    'cluster: prod-a',
    'cluster: prod-a\nnotify: { socket: /run/noroshi/engine.sock }',
    ['noroshi.yaml:3: notify.socket: must not be the same as engine.socket'],
  ],
  [
    'a socket path too long',
    'cluster: prod-a',
    `cluster: prod-a\nengine: { socket: /${'x'.repeat(107)} }`,
    ['noroshi.yaml:3: engine.socket: the path of a socket may have 107 bytes at most'],
  ],
  [
    'a name with a space',
    '  server2:',
    '  server 2:',
    [
      'noroshi.yaml:11: servers.(?): this key must be a name of 1 to 63 letters, digits, dots, dashes or underscores that begins with a letter or digit',
    ],
  ],
  [
    'a bad host name',
    '  server2:',
    '  server2:\n    hostname: "-db"',
    ['noroshi.yaml:12: servers.server2.hostname: must be a host name, not "-db"'],
  ],
  [
    'a missing model',
    '      model: ipmi\n',
    '',
    [
      'noroshi.yaml:6: servers.server1.bmc.model: is missing; it must be a name of 1 to 63 letters, digits, dots, dashes or underscores that begins with a letter or digit',
    ],
  ],
  [
    'a misspelt model',
    '      model: ipmi\n',
    '      model: impi\n',
    ['noroshi.yaml:7: servers.server1.bmc.model: unknown model; did you mean "ipmi"?'],
  ],
  [
    'a bad port',
    'user: fence\n',
    'user: fence\n      port: abc\n',
    ['noroshi.yaml:10: servers.server1.bmc.port: must be a whole number from 1 to 65535, not "abc"'],
  ],
  [
    'a misspelt option',
    'user: fence\n',
    'user: fence\n      prot: 623\n',
    ['noroshi.yaml:10: servers.server1.bmc.prot: unknown key; did you mean "port"?'],
  ],
  [
    'a misspelt secret',
    'passwordFile: bmc.pw',
    'passwdFile: bmc.pw',
    [
      'noroshi.yaml:6: servers.server1.bmc: the password is missing; give passwordFile or passwordEnv',
      'noroshi.yaml:10: servers.server1.bmc.passwdFile: unknown key; did you mean "passwordFile"?',
    ],
  ],
  [
    'an item of a list',
    'user: fence\n',
    'user: fence\n      cipherSuites:\n        - 17\n        - 99\n',
    ['noroshi.yaml:12: servers.server1.bmc.cipherSuites[1]: must be a whole number from 0 to 19, not 99'],
  ],
  [
    'an empty list',
    'user: fence\n',
    'user: fence\n      cipherSuites: []\n',
    [
      'noroshi.yaml:10: servers.server1.bmc.cipherSuites: must be a list of at least 1 item, each a whole number from 0 to 19, not an empty list',
    ],
  ],
  [
    'a long text',
    'user: fence\n',
    `user: ${'u'.repeat(60)}\n`,
    [
      `noroshi.yaml:9: servers.server1.bmc.user: must be text of at most 16 characters, not "${'u'.repeat(40)}…"`,
    ],
  ],
  [
    'an address twice',
    '192.0.2.12',
    '192.0.2.11',
    [
      'noroshi.yaml:12: servers.server2.bmc.host: server2 and server1 have the same BMC address; each server has a BMC of its own',
    ],
  ],
  [
    'folders that are no list',
    '[devices.d]',
    'devices.d',
    ['noroshi.yaml:13: deviceDirectories: must be a list, each a path, not a single value'],
  ],
  [
    'several, in line order',
    /cluster: .*role: member }/s,
    'claster: prod-a\nself: { node: server9, role: member }\nlog: { level: 3 }',
    [
      'noroshi.yaml:1: cluster: is missing; it must be a name of 1 to 63 letters, digits, dots, dashes or underscores that begins with a letter or digit',
      'noroshi.yaml:2: claster: unknown key; did you mean "cluster"?',
      'noroshi.yaml:3: self.node: a member must be one of the servers',
      'noroshi.yaml:4: log.level: must be debug, info, warn or error, not 3',
    ],
  ],
];

it.each(wrong)('refuses %s', async (_, from, to, expected) => {
  const text = goodConfig.replace(from, to);
  expect(text).not.toBe(goodConfig);
  expect(await createWorkspace().problems(text)).toEqual(expected);
});

it('tells two servers with one address apart by port, and compares names without case', async () => {
  const { problems } = createWorkspace();
  const named = goodConfig.replace('192.0.2.11', 'BMC.example.').replace('192.0.2.12', 'bmc.example');
  expect(await problems(named)).toHaveLength(1);
  expect(await problems(named.replace('user: fence\n', 'user: fence\n      port: 624\n'))).toEqual([]);
});

it('says why a file cannot be read', async () => {
  const { problems, write } = createWorkspace();
  expect(await problems('')).toEqual(['noroshi.yaml:1: the file is empty']);
  expect(await problems(`# ${'x'.repeat(1024 * 1024)}`)).toEqual([
    'noroshi.yaml:1: the file is larger than 1 MiB',
  ]);
  expect(await problems('- 1')).toEqual(['noroshi.yaml:1: must be a section, not a list of 1']);
  const deps = {
    ...{ bmcDrivers: {}, eventWords, environment: {}, trapValues: formatValues, builtInDevices },
    isEventGlob: () => true,
  };
  const binary = await loadConfig(write('binary.yaml', Buffer.from([0x61, 0xff])), deps);
  expect(binary.ok ? [] : binary.failure.map(({ message }) => message)).toEqual([
    'the file is not UTF-8 text',
  ]);
  const missing = await loadConfig('/nowhere/noroshi.yaml', deps);
  expect(missing.ok ? [] : missing.failure.map(formatProblem)).toEqual([
    '/nowhere/noroshi.yaml:1: the file does not exist',
  ]);
});
