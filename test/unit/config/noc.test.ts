import { describe, expect, it } from 'vitest';
import { createWorkspace, goodConfig } from './workspace.ts';

const bench = () => {
  const workspace = createWorkspace();
  workspace.write('bmc.pw', 'secret\n');
  workspace.write('community', 'public\n');
  workspace.write('auth', 'correct horse\n');
  workspace.write('short', 'short\n');
  workspace.write('devices.d/.keep', '');
  const textOf = (sink: string) => `${goodConfig}noc: { sinks: { one: { ${sink} } } }\n`;
  return {
    ...workspace,
    complaintsOf: async (sink: string) =>
      (await workspace.problems(textOf(sink))).map((line) => line.replace(/^.*?: (noc\.sinks\.one)/, '$1')),
    load: (sink: string) => workspace.load(textOf(sink)),
  };
};

const snmp = 'type: snmp, host: 192.0.2.1';
const mail = 'type: mail, host: 192.0.2.1, from: a@example.com, to: [b@example.com]';

describe('a sink of the NOC', () => {
  it.for([
    `${snmp}, communityFile: community`,
    `${snmp}, version: v1, communityFile: community, severity: critical, events: ["fence.*"], servers: [server1]`,
    `${snmp}, version: v3, user: noc, authFile: auth, privFile: auth, privProtocol: aes256`,
    'type: syslog, host: logs.example.com, transport: tls',
    mail,
    `${mail}, user: noc, passwordFile: auth`,
  ])('is good: %s', async (sink) => {
    expect(await bench().complaintsOf(sink)).toEqual([]);
  });

  it.for([
    [snmp, 'noc.sinks.one: v2c has a community; give communityFile or communityEnv'],
    [
      `${snmp}, community: public`,
      'noc.sinks.one.community: a secret must not stand in this file; put it into a file of its own and name that with communityFile',
    ],
    [
      `${snmp}, version: v1, notification: inform, communityFile: community`,
      'noc.sinks.one.notification: v1 has traps only',
    ],
    [`${snmp}, version: v3, authFile: auth`, 'noc.sinks.one.user: is missing; v3 has users'],
    [
      `${snmp}, version: v3, user: noc, authFile: short`,
      'noc.sinks.one.authFile: a passphrase of SNMPv3 has 8 bytes at least',
    ],
    [
      `${snmp}, version: v3, user: noc, authFile: auth, privFile: auth, authProtocol: sha1, privProtocol: aes256`,
      'noc.sinks.one.privProtocol: aes256 needs sha256, sha384 or sha512',
    ],
    [
      `${snmp}, communityFile: community, events: [fense.finished]`,
      'noc.sinks.one.events[0]: matches no event type',
    ],
    [
      `${snmp}, communityFile: community, servers: [server3]`,
      'noc.sinks.one.servers[0]: there is no server server3',
    ],
    [
      'type: syslog, host: 192.0.2.1, caFile: community',
      'noc.sinks.one.caFile: the file named here does not begin with a certificate in PEM',
    ],
    [
      'type: syslog, host: 192.0.2.1, tlsName: logs',
      'noc.sinks.one.tlsName: is of use with transport: tls only',
    ],
    [
      `${mail}, user: noc, passwordFile: auth, security: none`,
      'noc.sinks.one.security: a password never goes out in the clear; use starttls or tls',
    ],
    [`${mail}, passwordFile: auth`, 'noc.sinks.one.user: is missing; a password needs one'],
    ['type: mial, host: x', 'noc.sinks.one.type: must be snmp, syslog or mail, not "mial"'],
  ])('is not good: %s', async ([sink = '', complaint]) => {
    expect(await bench().complaintsOf(sink)).toEqual([complaint]);
  });

  it('is read with its secrets, which show themselves to nobody', async () => {
    const loaded = await bench().load(`${snmp}, communityFile: community`);
    if (!loaded.ok) throw new Error('not good');
    const { noc } = loaded.value.config;
    expect(noc?.baseOid).toBe('1.3.6.1.4.1.8072.9999.9999.57');
    expect(noc?.sinks.one?.secrets.community?.reveal().toString()).toBe('public');
    expect(JSON.stringify(noc)).not.toContain('public');
    expect(noc?.sinks.toString).toBeUndefined();
  });
});
