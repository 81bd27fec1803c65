import { describe, expect, it } from 'vitest';
import { loadDevices } from '../../../src/config/devices.ts';
import { builtInDevices, createWorkspace, goodConfig, specs } from './workspace.ts';

const definition = (changes: Record<string, string> = {}) => {
  const keys = {
    kind: 'bmc',
    model: 'ipmi',
    description: 'Our own',
    driver: 'native',
    options: '{ port: 6230, privilege: administrator }',
    ...changes,
  };
  return Object.entries(keys)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
};

const optionsOfServers = async ({ load }: ReturnType<typeof createWorkspace>) => {
  const loaded = await load(goodConfig.replace('user: fence\n', 'user: fence\n      privilege: user\n'));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const { server1, server2 } = loaded.value.config.servers;
  return [server1?.bmc?.options, server2?.bmc?.options];
};

it('the built-in definitions are good', async () => {
  const deps = { bmcDrivers: specs, builtInDevices, userDirectories: [] };
  const { bmc, problems, notices } = await loadDevices(deps);
  expect({ problems, notices }).toEqual({ problems: [], notices: [] });
  expect([...bmc.keys()]).toEqual(['freeipmi', 'ipmi', 'ipmitool', 'ipmiutil-legacy', 'ipmiutil']);
});

describe('a definition of the user', () => {
  it('overrides the built-in one, says so, and yields to the options of a server', async () => {
    const workspace = createWorkspace();
    const file = workspace.write('devices.d/bmc/ours.yaml', definition());
    expect(await optionsOfServers(workspace)).toMatchObject([
      { port: 6230, privilege: 'user', cipherSuites: [17, 3] },
      { port: 6230, privilege: 'administrator' },
    ]);
    const loaded = await workspace.load(goodConfig);
    expect(loaded.ok && loaded.value.notices).toEqual([
      `model ipmi: ${file} overrides the built-in definition`,
    ]);
  });

  it('in a later folder wins over an earlier one', async () => {
    const { folder, write } = createWorkspace();
    const first = write('a/bmc/x.yaml', definition({ model: 'x' }));
    const second = write('b/bmc/y.yaml', definition({ model: 'x', options: '{ port: 2 }' }));
    const { bmc, notices } = await loadDevices({
      bmcDrivers: specs,
      builtInDevices,
      userDirectories: [`${folder}/a`, `${folder}/b`, `${folder}/none`],
    });
    expect(bmc.get('x')).toMatchObject({ file: second, options: { port: 2 } });
    expect(notices).toEqual([`model x: ${second} overrides ${first}`]);
  });

  it('adds a model; hidden files and other endings are passed over', async () => {
    const { write, problems } = createWorkspace();
    write('devices.d/bmc/.#x.yaml', '[');
    write('devices.d/bmc/x.txt', '[');
    write('devices.d/bmc/x.yaml', definition({ model: 'x' }));
    expect(await problems(goodConfig.replace('model: ipmi', 'model: x'))).toEqual([]);
  });
});

it.each([
  ['another kind', { kind: 'ups' }, ['1: kind: must be bmc, not "ups"']],
  ['no driver', { driver: '' }, ['1: driver: is missing; it must be text of 1 to 63 characters']],
  ['an unknown driver', { driver: 'nativ' }, ['4: driver: unknown driver; did you mean "native"?']],
  ['an unknown key', { modle: 'x' }, ['6: modle: unknown key; did you mean "model"?']],
  [
    'a bad option',
    { options: '{ port: 0 }' },
    ['5: options.port: must be a whole number from 1 to 65535, not 0'],
  ],
  ['an unknown option', { options: '{ pport: 1 }' }, ['5: options.pport: unknown key; did you mean "port"?']],
  [
    'a secret',
    { options: '{ password: hunter2 }' },
    [
      '5: options.password: unknown key; known here: host, port, user, privilege, cipherSuites, allowCipherSuite0',
    ],
  ],
  ['options that are no section', { options: '[]' }, ['5: options: must be a section, not an empty list']],
  ['no YAML', { model: '"x' }, ['2: the quote that opens here is not closed']],
])('refuses a definition with %s', async (_, changes, expected) => {
  const { write, problems } = createWorkspace();
  write('devices.d/bmc/x.yaml', definition({ model: 'x', ...changes }));
  const lines = await problems(goodConfig.replace('model: ipmi', 'model: x'));
  expect(lines).toEqual(expected.map((line) => `devices.d/bmc/x.yaml:${line}`));
});

it('refuses a model that one folder defines twice, and reports it beside the problems of the file', async () => {
  const { write, problems } = createWorkspace();
  write('devices.d/bmc/a.yaml', definition({ model: 'x' }));
  write('devices.d/bmc/b.yaml', definition({ model: 'x' }));
  const lines = await problems(goodConfig.replace('version: 1', 'version: 3'));
  expect(lines).toEqual([
    'noroshi.yaml:1: version: must be 1, not 3',
    'devices.d/bmc/b.yaml:1: model x is already defined by devices.d/bmc/a.yaml',
  ]);
});

it('refuses a folder that is a file, and an installation without its definitions', async () => {
  const { write, problems, folder } = createWorkspace();
  write('devices.d/bmc', 'not a folder');
  expect(await problems(goodConfig)).toEqual([
    'devices.d/bmc:1: the folder cannot be read: a part of its path is not a folder',
  ]);
  const { problems: missing } = await loadDevices({
    bmcDrivers: specs,
    builtInDevices: `${folder}/none`,
    userDirectories: [],
  });
  expect(missing.map(({ message }) => message)).toEqual(['the folder does not exist']);
});
