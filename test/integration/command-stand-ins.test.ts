import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCommandBmc } from '../../src/bmc/drivers/command.ts';
import { commandOptions } from '../../src/bmc/drivers/command-options.ts';
import { systemClock } from '../../src/core/clock.ts';
import { deadlineIn } from '../../src/core/deadline.ts';
import type { BmcPort, CallLimits } from '../../src/core/ports.ts';
import { Secret } from '../../src/core/secret.ts';
import { builtInDefinition } from '../contract/drivers.ts';

const password = 'pw-Only-Here-1';
const kg = 'kg-Only-Here-2';
const secretWords = [password, kg, Buffer.from(kg).toString('hex'), Buffer.from(password).toString('hex')];

const folderFor = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `noroshi-${name}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const limits = (lengthMs = 5_000): CallLimits => ({
  deadline: deadlineIn(systemClock, lengthMs),
  priority: 'operator',
});

/** What every tool would say, so that one stand-in passes for all of them. */
const sayings = [
  'respData[len=16]: 00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff ',
  'respData[len=3]: 01 00 00 ',
  'System GUID   : 00112233445566778899AABBCCDDEEFF',
  'ffeeddcc-bbaa-9988-7766-554433221100',
  'Chassis Power is on',
  'System Power   : on',
  'IPMI_Reset ok',
  'Chassis Power Control: Down/Off',
  'Chassis identify interval: 250 seconds',
  'rcvd: 04 00',
];

/** Writes down its words, its environment, its own command line, and the files it is given. */
const recorder = (records: string): string => `#!/bin/sh
out=$(mktemp ${records}/run-XXXXXX)
{
  printf 'argv:%s' "$0"; printf ' %s' "$@"; echo
  printf 'cmdline:'; tr '\\0' ' ' </proc/$$/cmdline; echo
  env | sed 's/^/env:/'
  for word in "$@"; do
    if [ -f "$word" ]; then
      stat -c 'mode:%a' "$word"; stat -c 'folder:%a' "\${word%/*}"; sed 's/^/file:/' "$word"
    fi
  done
} >"$out"
cat <<'SAID'
${sayings.join('\n')}
SAID
`;

const tools = ['ipmitool', 'ireset', 'ialarms', 'icmd', 'ipmiutil', 'ipmi-chassis', 'ipmi-raw', 'bmc-info'];

const writeProgram = (folder: string, name: string, text: string): void => {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), 0o755);
};

interface Bench {
  readonly port: BmcPort;
  readonly records: () => string[];
  readonly privateFolder: string;
}

const benchFor = async (
  model: string,
  more: Record<string, unknown> = {},
  withKg = false,
): Promise<Bench> => {
  const [folder, records, privateFolder] = [folderFor('tools'), folderFor('records'), folderFor('private')];
  for (const tool of tools) writeProgram(folder, tool, recorder(records));
  const { options } = await builtInDefinition(model);
  const port = createCommandBmc(
    commandOptions.parse({ ...options, host: '192.0.2.1', user: 'oper', ...more }),
    {
      clock: systemClock,
      password: new Secret(password),
      kg: withKg ? new Secret(kg) : undefined,
      searchPath: `${folder}:/usr/bin:/bin`,
      privateFolders: [privateFolder],
    },
  );
  onTestFinished(() => port.close());
  return {
    port,
    privateFolder,
    records: () => readdirSync(records).map((name) => readFileSync(join(records, name), 'utf8')),
  };
};

const useEverything = async (port: BmcPort): Promise<string> => {
  const findings = await port.examine(limits(), () => 'known');
  const session = await port.open(limits());
  const said: unknown[] = [findings, session.guid, await session.readPower(limits())];
  for (const command of ['off', 'on', 'cycle', 'reset', 'nmi', 'softOff'] as const) {
    said.push(await session.control(command, limits()));
  }
  for (const request of [{ seconds: 250 }, 'indefinite', 'off'] as const) {
    await session.identify(request, limits());
  }
  await session.close();
  return JSON.stringify(said);
};

describe.each([
  ['ipmiutil', {}, false],
  ['ipmiutil-legacy', { allowCipherSuite0: true }, false],
  ['ipmitool', {}, true],
  ['freeipmi', {}, true],
])('the lines of %s', (model, more, withKg) => {
  it('never have a secret in their words', async () => {
    const { port, records, privateFolder } = await benchFor(model, more, withKg);
    const said = await useEverything(port);
    const lines = records().flatMap((record) => record.split('\n'));
    const words = lines.filter((line) => /^(argv|cmdline):/.test(line));
    expect(words.length).toBeGreaterThan(18);
    for (const secret of secretWords) {
      expect(words.join('\n')).not.toContain(secret);
      expect(said).not.toContain(secret);
      expect(readFileSync('/proc/self/cmdline', 'utf8')).not.toContain(secret);
    }
    // They were handed over all the same, and nothing stays behind.
    const handed = lines.filter((line) => /^(env|file):/.test(line)).join('\n');
    expect(handed).toContain(password);
    expect(readdirSync(privateFolder)).toEqual([]);
  });
});

it('a secret file is private, in a private folder', async () => {
  const { port, records } = await benchFor('freeipmi', {}, true);
  await (await port.open(limits())).readPower(limits());
  for (const record of records()) {
    expect(record).toContain('mode:600\nfolder:700\n');
    expect(record).toContain(`file:password ${password}\nfile:k_g 0x${Buffer.from(kg).toString('hex')}\n`);
  }
});

it('the tool that only tells its version gets no secret', async () => {
  const { port, records } = await benchFor('ipmitool', {}, true);
  await port.examine(limits(), () => 'known');
  const [version] = records().filter((record) => /^argv:\S+ -V$/m.test(record));
  for (const secret of secretWords) expect(version).not.toContain(secret);
});

const misbehaving = {
  hangs: 'trap "" TERM HUP INT; while :; do sleep 1; done',
  'forks and hangs': 'for i in 1 2 3 4 5; do sleep 60 & done; wait',
  floods: 'exec yes "System GUID"',
  'leaves a child that holds its output': 'setsid sleep 3 & exit 1',
  aborts: 'kill -ABRT $$',
};

it.each(Object.entries(misbehaving))('a program that %s holds up no other server', async (_how, script) => {
  const bad = folderFor('bad');
  writeProgram(bad, 'ipmitool', `#!/bin/sh\n${script}\n`);
  const { options } = await builtInDefinition('ipmitool');
  const stuck = createCommandBmc(commandOptions.parse({ ...options, host: '192.0.2.2', user: 'oper' }), {
    clock: systemClock,
    password: new Secret(password),
    kg: undefined,
    searchPath: `${bad}:/usr/bin:/bin`,
    privateFolders: [],
  });
  const { port } = await benchFor('ipmitool');
  const failing = stuck.open(limits(1_500)).then(
    () => 'opened',
    (error: Error) => error.message,
  );
  const startedAt = performance.now();
  const session = await port.open(limits());
  expect(await session.control('off', limits())).toEqual({ kind: 'accepted' });
  expect(performance.now() - startedAt).toBeLessThan(1_400);
  const message = await failing;
  expect(message).not.toBe('opened');
  expect(message).not.toContain(password);
  expect(performance.now() - startedAt).toBeLessThan(2_500);
  await stuck.close();
});

it('a control command whose program is cut off or dies is unanswered, never rejected', async () => {
  for (const [script, code] of [
    [misbehaving.hangs, 'bmc.timeout'],
    [misbehaving.aborts, 'bmc.command'],
    ['echo "something new" >&2; exit 9', 'bmc.command'],
  ]) {
    const { port } = await benchFor('ipmitool', {
      control: { off: ['sh', '-c', script ?? ''], accepted: 'never' },
    });
    const session = await port.open(limits());
    expect(await session.control('off', limits(400))).toMatchObject({ kind: 'unanswered', reason: { code } });
  }
});

it('a control command whose program is missing was not sent', async () => {
  const { port } = await benchFor('ipmitool', { control: { off: ['no-such-program'] } });
  const session = await port.open(limits());
  expect(await session.control('off', limits())).toMatchObject({
    kind: 'notSent',
    reason: { code: 'bmc.command' },
  });
  expect(await session.control('nmi', limits())).toMatchObject({ kind: 'notSent' });
});

it('an examination says that suite 0 is unauthenticated, and that a program is missing', async () => {
  const { port } = await benchFor('ipmiutil-legacy', { allowCipherSuite0: true });
  const findings = await port.examine(limits(), () => 'known');
  expect(findings).toContainEqual(expect.objectContaining({ check: 'suite', state: 'bad' }));
  expect(findings.find(({ check }) => check === 'suite')?.message).toContain('unauthenticated');
  const missing = await benchFor('ipmitool', { version: { line: ['no-such-program'], pattern: '(x)' } });
  expect(await missing.port.examine(limits(), () => 'known')).toContainEqual(
    expect.objectContaining({ check: 'tool', state: 'bad', code: 'bmc.command' }),
  );
});

it('an examination runs nothing that acts', async () => {
  const { port, records } = await benchFor('ipmitool');
  await port.examine(limits(), () => 'known');
  const lines = records().flatMap((record) => record.match(/^argv:.*$/gm) ?? []);
  expect(lines.map((line) => line.replace(/^.*-U oper /, '').replace(/^argv:\S+ /, '')).sort()).toEqual([
    '-V',
    'chassis power status',
    'mc guid dump',
  ]);
});
