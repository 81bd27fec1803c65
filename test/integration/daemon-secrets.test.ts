import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunResult } from '../interop/rig/run.ts';
import { type BmcAccess, createSite, type Site } from '../support/daemon.ts';
import { type SimBmcs, startSimBmcs } from '../support/sim-bmc-process.ts';

const secrets = {
  password: 'Sakura-7731-Hana',
  wrong: 'Falsch-9942-Wort',
  kg: 'Kagi-5512-Ana',
  environment: 'Umwelt-3384-Luft',
} as const;

/** A secret as it may show: as text, and as the encodings that a careless line would give it. */
const formsOf = (secret: string): string[] => {
  const bytes = Buffer.from(secret);
  return [
    secret,
    bytes.toString('hex'),
    bytes.toString('base64').slice(0, -3),
    bytes.join(','),
    bytes.join(', '),
  ];
};

/** Everything that somebody could read afterwards, by where it was found. */
const seen = new Map<string, string>();

const secretsIn = (text: string): string[] =>
  Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret).some((form) => text.includes(form)) ? [name] : [],
  );

const commandLines = (): string =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    })
    .join('\n');

let folder: string;
let sims: SimBmcs;
let site: Site;

const secretFile = (name: keyof typeof secrets): string => {
  const path = join(folder, name);
  writeFileSync(path, secrets[name], { mode: 0o600 });
  return path;
};

const note = (where: string, { stdout, stderr }: RunResult): void => void seen.set(where, stdout + stderr);

/** Configurations in which somebody put a secret where it does not belong. */
const misplaced = (access: BmcAccess): readonly Record<string, unknown>[] => {
  const { host, port, user } = access;
  const bmc = { model: 'ipmi', host, port, user };
  return [
    { ...bmc, password: secrets.password },
    { ...bmc, passwordFile: secrets.password },
    { ...bmc, passwordEnv: secrets.password },
    { ...bmc, passwordFile: 'server1.pw', kg: secrets.kg },
    { ...bmc, passwordFile: 'server1.pw', kgHexFile: secrets.kg },
    { ...bmc, passwordFile: ['server1.pw', secrets.password] },
  ];
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'noroshi-secrets-'));
  sims = await startSimBmcs([
    { name: 'server1', passwordFile: secretFile('password'), offDelayMs: 0, onDelayMs: 0 },
    { name: 'server2', passwordFile: secretFile('password'), kgFile: secretFile('kg') },
    { name: 'server3', passwordFile: secretFile('environment') },
    { name: 'wrong', passwordFile: secretFile('password') },
    { name: 'noKg', passwordFile: secretFile('password'), kgFile: secretFile('kg') },
  ]);
  const access = (name: string) => ({ ...sims.access(name), password: secrets.password });
  const { password: _none, ...third } = sims.access('server3');
  const servers = {
    server1: access('server1'),
    wrong: { ...access('wrong'), password: secrets.wrong },
    server2: { ...access('server2'), kg: secrets.kg },
    noKg: access('noKg'),
  };
  site = createSite({ servers });
  const text = JSON.parse(readFileSync(site.configFile, 'utf8')) as { servers: Record<string, unknown> };
  text.servers.server3 = { bmc: { model: 'ipmi', ...third, passwordEnv: 'BMC_PASSWORD' } };
  writeFileSync(site.configFile, JSON.stringify(text, undefined, 2));
  const daemon = await site.start({ env: { BMC_PASSWORD: secrets.environment } });

  for (const name of ['server1', 'server2', 'server3']) {
    note(`fence ${name}`, await site.cli(['fence', name, 'off', '--json']));
    expect(seen.get(`fence ${name}`)).toContain('"fenced":true');
  }
  note('fence wrong', await site.cli(['fence', 'wrong', 'off']));
  expect(seen.get('fence wrong')).toContain('bmc.auth');
  note('fence noKg', await site.cli(['fence', 'noKg', 'off']));
  expect(seen.get('fence noKg')).toContain('bmc.kg');
  note('identify', await site.cli(['identify', 'wrong', 'on', '--json']));
  seen.set('command lines', commandLines());

  for (const [index, bmc] of misplaced(access('server1')).entries()) {
    writeFileSync(site.configFile, JSON.stringify({ ...text, servers: { server1: { bmc } } }, undefined, 2));
    note(`check-config ${index}`, await site.cli(['check-config', '--config', site.configFile]));
    expect(seen.get(`check-config ${index}`)).toMatch(/:\d+: servers\.server1\.bmc/);
    daemon.signal('SIGHUP');
    const count = index + 1;
    await daemon.line(
      () =>
        daemon.lines().filter(({ message }) => String(message).startsWith('the new conf')).length >= count,
      'a rejected reload',
    );
  }
  note('events', await site.cli(['events', '--json']));
  note('status', await site.cli(['status', '--json']));
  await daemon.stop();
  seen.set('log', daemon.output());
  for (const name of readdirSync(site.stateDirectory)) {
    seen.set(`state directory, ${name}`, readFileSync(join(site.stateDirectory, name), 'latin1'));
  }
  seen.set('simulator', sims.process.output());
}, 60_000);

afterAll(async () => {
  await sims.process.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('the search would find a secret', () => {
  expect(secretsIn(`x${secrets.kg}x`)).toEqual(['kg']);
  expect(secretsIn(Buffer.from(`..${secrets.password}`).subarray(2).toString('base64'))).toEqual([
    'password',
  ]);
  expect(seen.get('log')).toContain('"level":"error"');
  expect(seen.get('command lines')).toContain('noroshi.yaml');
});

test('no password and no key shows in logs, events, answers, command lines or on the disk', () => {
  const leaks = [...seen].flatMap(([where, text]) => secretsIn(text).map((name) => `${name} in ${where}`));
  expect(leaks).toEqual([]);
});
