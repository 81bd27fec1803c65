import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseBrokerUrl } from '../../../src/config/mqtt-schema.ts';
import { peer } from '../../support/peers.ts';
import { createWorkspace, goodConfig } from './workspace.ts';

const withMqtt = (section: string) => `${goodConfig}mqtt: ${section}\n`;

/** A workspace with the files that a good section names; the last line of the configuration is its 15th. */
const workspace = () => {
  const space = createWorkspace();
  space.write('bmc.pw', 'bmc-secret\n', 0o600);
  space.write('mqtt.pw', 'mqtt-secret\n', 0o600);
  return space;
};

describe('the URL of a broker', () => {
  it.each([
    ['mqtts://broker.example', { secure: true, host: 'broker.example', port: 8883 }],
    ['mqtt://broker.example/', { secure: false, host: 'broker.example', port: 1883 }],
    ['mqtts://192.0.2.7:9999', { secure: true, host: '192.0.2.7', port: 9999 }],
    ['mqtt://[2001:db8::1]:1884', { secure: false, host: '2001:db8::1', port: 1884 }],
  ])('%s is read', (text, wanted) => {
    expect(parseBrokerUrl(text)).toEqual(wanted);
  });

  it.each([
    ...['broker.example', 'http://broker.example', 'ws://broker.example', 'mqtt:broker', 'mqtt://', ''],
    ...['mqtt://user@broker', 'mqtt://user:secret@broker', 'mqtt://broker/topic', 'mqtt://broker?clientId=a'],
    ...['mqtt://broker#a', 'mqtt://broker:0', 'mqtt://broker:65536', 'mqtt://bro ker', 'mqtt://bro%2fker'],
  ])('%j is refused', (text) => {
    expect(parseBrokerUrl(text)).toBeUndefined();
  });
});

describe('the section mqtt', () => {
  it('has defaults for all but the URL, and a client id with cluster and node', async () => {
    const loaded = await workspace().load(withMqtt('{ url: "mqtts://broker" }'));
    expect(loaded.ok && loaded.value.config.mqtt).toEqual({
      ...{ url: 'mqtts://broker', broker: { secure: true, host: 'broker', port: 8883 } },
      ...{ clientId: 'noroshi-prod-a-server1', topicPrefix: 'noroshi', events: ['*'], keepAliveSeconds: 15 },
    });
  });

  it('reads the password from its file', async () => {
    const loaded = await workspace().load(
      withMqtt('{ url: "mqtts://broker", user: a, passwordFile: mqtt.pw }'),
    );
    const password = loaded.ok ? loaded.value.config.mqtt?.password : undefined;
    expect(password?.reveal().toString()).toBe('mqtt-secret');
    expect(loaded.ok && loaded.value.warnings).toEqual([]);
  });

  it.each([
    ['{}', 'mqtt.url: is missing; it must be an URL such as mqtts://broker.example:8883'],
    [
      '{ url: "mqtt://a:b@broker" }',
      'mqtt.url: must be mqtts://HOST[:PORT] or mqtt://HOST[:PORT], without a user, a password or a path',
    ],
    ['{ url: "mqtts://b", events: ["fence.*", "fnce.*"] }', 'mqtt.events[1]: matches no event type'],
    ['{ url: "mqtts://b", passwordFile: none.pw }', 'mqtt.passwordFile: the file named here does not exist'],
    ['{ url: "mqtts://b", caFile: none.pem }', 'mqtt.caFile: the file named here does not exist'],
    [
      '{ url: "mqtts://b", caFile: mqtt.pw }',
      'mqtt.caFile: the file named here does not begin with a certificate in PEM',
    ],
    ['{ url: "mqtt://b", caFile: mqtt.pw }', 'mqtt.caFile: is of use with mqtts:// only'],
    [
      '{ url: "mqtts://b", keyFile: mqtt.pw }',
      'mqtt.keyFile: what is given here is no private key in PEM without a passphrase',
    ],
    [
      '{ url: "mqtts://b", clientId: "a b" }',
      'mqtt.clientId: must be 1 to 200 visible ASCII characters, not "a b"',
    ],
    [
      '{ url: "mqtts://b", topicPrefix: "a/#" }',
      'mqtt.topicPrefix: must be one to eight levels of a topic without + and #, such as noroshi or site/a/noroshi, not "a/#"',
    ],
    ['{ url: "mqtts://b", commands: true }', 'mqtt.commands: unknown key'],
  ])('%s is refused', async (section, problem) => {
    const problems = await workspace().problems(withMqtt(section));
    expect(problems.map((line) => line.replace(/^.*?: (?=mqtt)/, ''))).toEqual(
      expect.arrayContaining([expect.stringContaining(problem)]),
    );
  });

  it('repeats no password, wherever that was put', async () => {
    const space = workspace();
    const sections = ['{ url: "mqtt://a:hush-hush@b" }', '{ url: "mqtts://b", password: hush-hush }'];
    for (const section of sections) {
      const problems = await space.problems(withMqtt(section));
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.join('\n')).not.toContain('hush-hush');
    }
  });

  it.each([
    ['mqtt://broker', 1],
    ['mqtt://127.0.0.1', 0],
    ['mqtts://broker', 0],
  ])('a password to %s gives %i warnings', async (url, count) => {
    const loaded = await workspace().load(withMqtt(`{ url: "${url}", user: a, passwordFile: mqtt.pw }`));
    expect(loaded.ok && loaded.value.warnings.length).toBe(count);
  });

  it.skipIf(!peer('openssl').available)('holds a key against its certificate', async () => {
    const space = workspace();
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const args = [
      'req',
      '-x509',
      ...curve,
      '-keyout',
      'own.key',
      '-out',
      'own.crt',
      '-subj',
      '/CN=a',
      '-days',
      '2',
    ];
    execFileSync('openssl', args, { cwd: space.folder, stdio: 'pipe' });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const other = privateKey.export({ type: 'pkcs8', format: 'pem' });
    space.write('other.key', other, 0o600);
    const section = (key: string) => withMqtt(`{ url: "mqtts://b", certFile: own.crt, keyFile: ${key} }`);
    expect(await space.problems(section('own.key'))).toEqual([]);
    expect(await space.problems(section('other.key'))).toEqual([
      expect.stringContaining(
        'mqtt.keyFile: the private key given here does not belong to the certificate of certFile',
      ),
    ]);
    expect(await space.problems(withMqtt('{ url: "mqtts://b", certFile: own.crt }'))).toEqual([
      expect.stringContaining('mqtt.certFile: needs a keyFile beside it'),
    ]);
  });
});
