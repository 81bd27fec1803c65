import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runProgram } from '../../../src/cli/program.ts';
import { encodeV1 } from '../../../src/snmp-trap/codec/notification-encoder.ts';

const run = async (...words: string[]) => {
  const lines: string[] = [];
  const errors: string[] = [];
  const terminal = {
    out: (line: string) => void lines.push(line),
    error: (line: string) => void errors.push(line),
    gone: new Promise<void>(() => undefined),
  };
  const code = await runProgram(['node', 'noroshi', ...words], terminal);
  return { code, out: lines.join('\n'), error: errors.join('\n') };
};

const none = ['--devices', '/nowhere'];

const golden =
  '44454c4c500010598043b2c04f333358000219e87e26ffff202004207318008001ff000000000019000002a20100c1';
const datagram = encodeV1({
  ...{ community: 'secret-word', enterprise: '1.3.6.1.4.1.3183.1.1', agentAddress: '192.0.2.1' },
  ...{ generic: 6, specific: 356_224, uptimeTicks: 4711 },
  varbinds: [
    { oid: '1.3.6.1.4.1.3183.1.1.1', value: { type: 'octetString', value: Buffer.from(golden, 'hex') } },
  ],
}).toString('hex');

it('trap decode explains a datagram, and never shows its community', async () => {
  const { code, out } = await run('trap', 'decode', ...none, datagram.slice(0, 20), datagram.slice(20));
  expect(code).toBe(0);
  expect(out).toMatch(/^version +v1$/m);
  expect(out).toMatch(/^rule +ipmi-pet\/stateOver$/m);
  expect(out).toMatch(/^does +clears pet\/5\/115\/state0$/m);
  expect(out).toMatch(/manufacturer = 674/);
  expect(out).not.toContain('secret-word');
  const json = await run('trap', 'decode', '--json', ...none, datagram);
  expect(JSON.parse(json.out).events).toMatchObject([{ severity: 'notice', data: { action: 'clear' } }]);
});

it.each([
  ['what is cut off', [datagram.slice(0, 80)], 1, /outerLength/],
  ['what is no hex', ['xyz'], 2, /hex digits/],
])('trap decode says why it cannot explain %s', async (_name, hex, code, message) => {
  const ended = await run('trap', 'decode', ...none, ...hex);
  expect(ended.code).toBe(code);
  expect(ended.error).toMatch(message);
});

it('devices list and show know every built-in definition', async () => {
  const listed = await run('devices', 'list', '--json', ...none);
  const { devices, problems } = JSON.parse(listed.out);
  expect([listed.code, problems]).toEqual([0, []]);
  expect(devices).toContainEqual(expect.objectContaining({ kind: 'trap', model: 'rfc1628' }));
  expect(devices).toContainEqual(expect.objectContaining({ kind: 'bmc', model: 'ipmi' }));
  expect((await run('devices', 'show', ...none, 'mge')).out).toContain('model: mge');
  expect(await run('devices', 'show', ...none, 'nothing')).toMatchObject({ code: 2 });
});

it('devices lint names file, line and fault', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'noroshi-lint-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'x.yaml');
  const rule = "  - { name: a, trapOid: 1.3.6.1, severity: info, text: 'x {b}' }";
  writeFileSync(
    file,
    `kind: trap\nmodel: x\ndescription: X\nvalues: { bee: { oid: 1.3.6.1 } }\nrules:\n${rule}\n`,
  );
  expect(await run('devices', 'lint', file)).toMatchObject({
    code: 2,
    error: `${file}:6: rules[0].text: {b}: unknown value; known here: bee, specific`,
  });
  expect(await run('devices', 'lint', 'devices/trap/mge.yaml', 'devices/bmc/ipmi.yaml')).toMatchObject({
    code: 0,
  });
});
