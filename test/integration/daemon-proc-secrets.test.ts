import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/bounded.ts';
import { createSite, type Daemon, type Site } from '../support/daemon.ts';
import { type SimBmcs, startSimBmcs } from '../support/sim-bmc-process.ts';

/** What /proc shows of the daemon and of what it runs, in the middle of forced stops. */

const secrets = { password: 'Yamabuki-4410-Kin', kg: 'Kagami-2275-Gin' } as const;
const forms = Object.values(secrets).flatMap((secret) => [secret, Buffer.from(secret).toString('hex')]);
const limitMs = 10_000;

let folder: string;
let sims: SimBmcs;
let site: Site;
let daemon: Daemon;

const at = (name: string): string => join(folder, name);

const secretFile = (name: keyof typeof secrets): string => {
  writeFileSync(at(name), secrets[name], { mode: 0o600 });
  return at(name);
};

/** Passes for ipmitool, and takes its time for a power-off: until the file `go` is there. */
const standIn = () => `#!/bin/sh
case "$*" in
*'power off'*)
  echo $$ >${at('pid')}.new; /bin/mv ${at('pid')}.new ${at('pid')}
  while [ ! -e ${at('go')} ]; do /bin/sleep 0.05; done
  echo 'Chassis Power Control: Down/Off' ;;
*'power status'*)
  if [ -e ${at('go')} ]; then echo 'Chassis Power is off'; else echo 'Chassis Power is on'; fi ;;
*) echo 'System GUID  : 00112233445566778899aabbccddeeff' ;;
esac
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'noroshi-proc-'));
  writeFileSync(at('ipmitool'), standIn());
  chmodSync(at('ipmitool'), 0o755);
  const sim = { passwordFile: secretFile('password'), kgFile: secretFile('kg') };
  sims = await startSimBmcs([{ name: 'native', ...sim, offDelayMs: 1_000 }]);
  site = createSite({
    servers: {
      native: { ...sims.access('native'), ...secrets },
      command: { ...secrets, model: 'ipmitool', host: '127.0.0.1', port: 9, user: 'oper' },
    },
  });
  daemon = await site.start({ env: { PATH: `${folder}:${process.env.PATH}` } });
});

afterAll(async () => {
  await daemon.stop();
  await sims.process.stop();
  rmSync(folder, { recursive: true, force: true });
});

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // The process ended meanwhile.
    return '';
  }
};

const shows = (text: string): boolean => forms.some((form) => text.includes(form));

/** The command line of every process of this machine: of the daemon, and of whatever it runs. */
const commandLines = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => read(`/proc/${pid}/cmdline`));

const expectHidden = (): void => {
  expect(read(`/proc/${daemon.pid}/cmdline`)).toContain('noroshi.yaml');
  expect(read(`/proc/${daemon.pid}/environ`)).toContain('PATH=');
  expect(shows(read(`/proc/${daemon.pid}/environ`))).toBe(false);
  expect(commandLines().filter(shows)).toEqual([]);
};

test('nothing during a stop by the native driver', async () => {
  const client = await site.connect();
  const stop = client.call('fence.request', { server: 'native', action: 'off' });
  const accepted = async () => (await client.call('fence.get', { server: 'native' })).accepted;
  await until(accepted, limitMs, 'the power-off to be accepted');
  expectHidden();
  expect(await stop).toMatchObject({ outcome: 'confirmed', fenced: true });
  await client.close();
});

test('nothing during a stop by a command driver, but in the environment of the tool itself', async () => {
  const client = await site.connect();
  const stop = client.call('fence.request', { server: 'command', action: 'off' });
  await until(() => existsSync(at('pid')), limitMs, 'the tool to run');
  const tool = readFileSync(at('pid'), 'utf8').trim();
  expectHidden();
  expect(read(`/proc/${tool}/cmdline`)).toContain('power');
  // Only its own user and root can read this; it shows that the search would find a secret.
  expect(shows(read(`/proc/${tool}/environ`))).toBe(true);
  writeFileSync(at('go'), '');
  expect(await stop).toMatchObject({ outcome: 'confirmed', fenced: true });
  await client.close();
});
