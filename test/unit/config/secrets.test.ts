import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createWorkspace, goodConfig } from './workspace.ts';

/** The good configuration with other secret keys for server1's BMC, which begin on line 10. */
const withKeys = (...keys: string[]) =>
  goodConfig.replace('      passwordFile: bmc.pw', keys.map((key) => `      ${key}`).join('\n'));

const secretsOf = async (workspace: ReturnType<typeof createWorkspace>, text: string) => {
  const loaded = await workspace.load(text, { BMC_PASSWORD: 'x', PW: 'from env' });
  return loaded.ok ? loaded.value.config.servers.server1?.bmc?.secrets : loaded.failure;
};

it.each([
  ['one newline stripped', 'pa ss\n', 'pa ss'],
  ['a Windows newline stripped', 'pass\r\n', 'pass'],
  ['only one newline stripped', 'pass\n\n', 'pass\n'],
  ['no newline', 'pass', 'pass'],
  ['the longest', 'x'.repeat(20), 'x'.repeat(20)],
])('reads a file: %s', async (_, content, expected) => {
  const workspace = createWorkspace();
  workspace.write('bmc.pw', content);
  const secrets = await secretsOf(workspace, goodConfig);
  expect(secrets).toHaveProperty('password');
  if (!secrets || !('password' in secrets)) return;
  expect(secrets.password?.reveal().toString()).toBe(expected);
});

it('reads an environment variable, a file of text and a file of hex digits', async () => {
  const workspace = createWorkspace();
  workspace.write('sub/kg.hex', '00FFa0\n');
  const secrets = await secretsOf(workspace, withKeys('passwordEnv: PW', 'kgHexFile: sub/kg.hex'));
  if (!secrets || !('kg' in secrets)) throw new Error(inspect(secrets));
  expect(secrets.kg?.reveal()).toEqual(Buffer.from([0x00, 0xff, 0xa0]));
  expect(secrets.password?.reveal().toString()).toBe('from env');
});

const at = (key: string, message: string, line = 10) =>
  `noroshi.yaml:${line}: servers.server1.bmc${key && '.'}${key}: ${message}`;

it.each([
  [['user2: x', 'passwordFile: bmc.pw'], [at('user2', 'unknown key; did you mean "user"?')]],
  [
    ['password: hunter2'],
    [
      at(
        'password',
        'a secret must not stand in this file; put it into a file of its own and name that with passwordFile',
      ),
    ],
  ],
  [
    ['passwordFile: bmc.pw', 'password: hunter2'],
    [
      at(
        'password',
        'a secret must not stand in this file; put it into a file of its own and name that with passwordFile',
        11,
      ),
    ],
  ],
  [
    ['kg: "0011"', 'passwordFile: bmc.pw'],
    [
      at(
        'kg',
        'a secret must not stand in this file; put it into a file of its own and name that with kgFile',
      ),
    ],
  ],
  [
    ['passwordFile: bmc.pw', 'passwordEnv: PW'],
    [at('passwordEnv', 'give only one of passwordFile and passwordEnv', 11)],
  ],
  [['privilege: user'], [at('', 'the password is missing; give passwordFile or passwordEnv', 6)]],
  [['passwordFile: none.pw'], [at('passwordFile', 'the file named here does not exist')]],
  [['passwordFile: folder.pw'], [at('passwordFile', 'the file named here is not a regular file')]],
  [['passwordFile: pipe.pw'], [at('passwordFile', 'the file named here is not a regular file')]],
  [['passwordFile: /dev/zero'], [at('passwordFile', 'the file named here is not a regular file')]],
  [['passwordFile: empty.pw'], [at('passwordFile', 'the file named here is empty')]],
  [['passwordFile: large.pw'], [at('passwordFile', 'the file named here is larger than 4 KiB')]],
  [['passwordFile: long.pw'], [at('passwordFile', 'the password given here is longer than 20 bytes')]],
  [['passwordFile: "a\\0b"'], [at('passwordFile', 'the file named here cannot be read')]],
  [['passwordFile: 12345'], [at('passwordFile', 'must be the path of a file')]],
  [['passwordFile:'], [at('passwordFile', 'must be the path of a file')]],
  [['passwordEnv: [PW]'], [at('passwordEnv', 'must be the name of an environment variable')]],
  [['passwordEnv: NONE'], [at('passwordEnv', 'the environment variable named here is not set')]],
  [['passwordEnv: toString'], [at('passwordEnv', 'the environment variable named here is not set')]],
  [['passwordEnv: EMPTY'], [at('passwordEnv', 'the environment variable named here is empty')]],
  [
    ['passwordHexFile: hex.pw'],
    [
      at('', 'the password is missing; give passwordFile or passwordEnv', 6),
      at(
        'passwordHexFile',
        'unknown key; known here: host, port, user, privilege, cipherSuites, allowCipherSuite0, model, passwordFile, passwordEnv, kgFile, kgEnv, kgHexFile',
      ),
    ],
  ],
  [
    ['kgHexFile: bmc.pw', 'passwordFile: bmc.pw'],
    [at('kgHexFile', 'the file named here must hold pairs of hex digits and nothing else')],
  ],
  [
    ['kgHexFile: odd.hex', 'passwordFile: bmc.pw'],
    [at('kgHexFile', 'the file named here must hold pairs of hex digits and nothing else')],
  ],
])('refuses %j', async (keys, expected) => {
  const { folder, write, problems } = createWorkspace();
  mkdirSync(`${folder}/folder.pw`);
  execFileSync('mkfifo', [`${folder}/pipe.pw`]);
  write('empty.pw', '\n');
  write('large.pw', 'x'.repeat(4097));
  write('long.pw', 'x'.repeat(21));
  write('odd.hex', 'abc');
  expect(await problems(withKeys(...keys), { BMC_PASSWORD: 'x', PW: 'y', EMPTY: '' })).toEqual(expected);
});

it('warns of a file that every user can open, and loads all the same', async () => {
  const { folder, write, load } = createWorkspace();
  write('bmc.pw', 'pass', 0o644);
  const loaded = await load(goodConfig);
  expect(loaded.ok && loaded.value.warnings).toEqual([
    `${folder}/noroshi.yaml:10: servers.server1.bmc.passwordFile: the file named here is open to every user (mode 0644); chmod o= it`,
  ]);
});

const secret = fc.stringMatching(/^zq[0-9A-Z]{6,17}$/);
const spoilt = fc.constantFrom(
  (text: string) => text,
  (text: string) => text.replace('version: 1', 'version: one'),
  (text: string) => text.replace('model: ipmi', 'model: ipmx'),
  (text: string) => text.replace('user: fence', 'user: [fence]'),
  (text: string) => text.replace('host:', 'hosst:'),
  (text: string) => text.replace('bmc:', 'bmc: *none #'),
);
const given = fc.constantFrom(
  (value: string) => ['passwordFile: s.pw', `kg: ${value}`],
  (value: string) => [`password: ${value}`],
  (value: string) => [`password:${value}`],
  (value: string) => [`password: { is: ${value} }`],
  (value: string) => [`passwordFile: ${value}`],
  (value: string) => [`passwordEnv: ${value}`],
  (value: string) => [`passwordEnv: !${value} x`],
  (value: string) => [`passwordEnv: *${value}`],
  (value: string) => [`{ password:${value} }`],
  () => ['passwordFile: s.pw', 'kgHexFile: s.pw'],
  () => ['passwordFile: s.pw', 'passwordEnv: PW'],
  () => ['passwordFile: long.pw'],
  () => ['passwordFile: s.pw', 'kgEnv: PW'],
);

it('never shows a secret: not in a problem, a warning, the configuration as JSON or as inspected', async () => {
  const { write, load } = createWorkspace();
  await fc.assert(
    fc.asyncProperty(secret, given, spoilt, async (value, keys, spoil) => {
      write('s.pw', value, 0o644);
      write('long.pw', value.repeat(4));
      const text = spoil(withKeys(...keys(value)));
      const loaded = await load(text, { BMC_PASSWORD: value, PW: value });
      const shown = `${JSON.stringify(loaded)}\n${inspect(loaded, { depth: 20, showHidden: true })}`;
      expect(shown).not.toContain(value);
    }),
    { numRuns: 300 },
  );
});
