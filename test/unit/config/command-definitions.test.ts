import { describe, expect, it } from 'vitest';
import { createWorkspace, goodConfig } from './workspace.ts';

const definition = (changes: Record<string, string> = {}) => {
  const options = {
    login: "[-N, '{host}', -U, '{user}', -E]",
    environment: "{ IPMI_PASSWORD: '{password}' }",
    power: "{ line: [tool, '{login}', status], on: is on, off: is off }",
    control: "{ off: [tool, '{login}', 'off'] }",
    ...changes,
  };
  return [
    'kind: bmc',
    'model: ours',
    'description: Our own',
    'driver: command',
    'options:',
    ...Object.entries(options).map(([key, value]) => `  ${key}: ${value}`),
    '',
  ].join('\n');
};

const problemsOf = (changes: Record<string, string>) => {
  const { write, problems } = createWorkspace();
  write('devices.d/bmc/ours.yaml', definition(changes));
  return problems(goodConfig.replace('model: ipmi', 'model: ours'));
};

it('a definition of the user with lines of its own is good', async () => {
  expect(await problemsOf({})).toEqual([]);
});

describe('a definition is refused, with its line, for', () => {
  const known = 'known here: {host}, {port}, {user}, {privilege}, {cipherSuite}, {secretFile}';
  const exposed =
    'must not stand on a command line, where every user of this machine can read it; give it by environment or secretFile';
  it.each<[string, Record<string, string>, string]>([
    [
      'an unknown placeholder',
      { login: "[-N, '{hostname}']" },
      `6: options.login[1]: holds the unknown placeholder {hostname}; ${known}`,
    ],
    [
      'a password on a command line',
      { control: "{ off: [tool, -N, '{host}', '{password}'] }" },
      `9: options.control.off[3]: {password} ${exposed}`,
    ],
    [
      'a password inside a word',
      { control: "{ off: [tool, '--pw={password}'] }" },
      `9: options.control.off[1]: {password} ${exposed}`,
    ],
    ['a K_g on a command line', { login: "['-k{kg}']" }, `6: options.login[0]: {kg} ${exposed}`],
    [
      'the password option of the older lines',
      { control: '{ off: [ireset.cmd, -d, -P, hunter2] }' },
      '9: options.control.off[2]: -P puts a password on the command line, where every user of this machine can read it; give it by environment or secretFile',
    ],
    [
      'seconds where no lamp is lit',
      { control: "{ off: [tool, '-i{seconds}'] }" },
      `9: options.control.off[1]: holds the unknown placeholder {seconds}; ${known}`,
    ],
    [
      'an unknown placeholder of a secret',
      { environment: "{ IPMI_PASSWORD: '{passwort}' }" },
      '7: options.environment.IPMI_PASSWORD: holds the unknown placeholder {passwort}; known here: {password}, {kg}, {kgHex}, {user}',
    ],
    [
      'a shell line',
      { control: "{ off: 'tool off' }" },
      '9: options.control.off: must be a list of 1 to 64 words, not a single value',
    ],
    [
      'a program that is a placeholder',
      { control: "{ off: ['{host}'] }" },
      '9: options.control.off: must begin with the name or path of a program',
    ],
    [
      'what is no regular expression',
      { power: "{ line: [tool], on: '(', off: is off }" },
      '8: options.power.on: must be a regular expression',
    ],
  ])('%s', async (_what, changes, expected) => {
    expect(await problemsOf(changes)).toEqual([`devices.d/bmc/ours.yaml:${expected}`]);
  });
});

const withModel = (model: string, more = '') =>
  createWorkspace().problems(goodConfig.replace('model: ipmi\n', `model: ${model}\n${more}`));
const acknowledgement =
  'noroshi.yaml:6: servers.server1.bmc.allowCipherSuite0: must be true for this model: its lines use cipher suite 0, which has no authentication';

describe('a server', () => {
  it.each(['ipmiutil', 'ipmitool', 'freeipmi'])('may have the model %s', async (model) => {
    expect(await withModel(model)).toEqual([]);
  });

  it('may have the unauthenticated lines only with its acknowledgement', async () => {
    expect(await withModel('ipmiutil-legacy')).toEqual([acknowledgement]);
    expect(await withModel('ipmiutil-legacy', '      allowCipherSuite0: true\n')).toEqual([]);
  });

  it('needs the acknowledgement for suite 0 in so many words, too', async () => {
    const { write, problems } = createWorkspace();
    write('devices.d/bmc/ours.yaml', definition({ control: "{ off: [ireset, -d, -J, '0', '{login}'] }" }));
    expect(await problems(goodConfig.replace('model: ipmi', 'model: ours'))).toEqual([acknowledgement]);
  });

  it('may name another port only where a line holds it', async () => {
    expect(await withModel('ipmitool', '      port: 6230\n')).toEqual([]);
    expect(await withModel('ipmiutil', '      port: 6230\n')).toEqual([
      'noroshi.yaml:8: servers.server1.bmc.port: must be 623 for this model: none of its lines holds {port}',
    ]);
  });

  it.each(['-oProxyCommand=x', 'a b'])('may not have a host like an option or a list: %s', async (host) => {
    const { problems } = createWorkspace();
    const text = goodConfig
      .replace('model: ipmi', 'model: ipmitool')
      .replace('host: 192.0.2.11', `host: "${host}"`);
    expect(await problems(text)).toEqual([
      `noroshi.yaml:8: servers.server1.bmc.host: must be a host name or IP address, not ${JSON.stringify(host)}`,
    ]);
  });
});
