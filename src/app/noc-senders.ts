import { randomInt } from 'node:crypto';
import type { AddressOf } from '../bridge/noc/address-book.ts';
import { createPost } from '../bridge/noc/mail/post.ts';
import { createMailSender } from '../bridge/noc/mail/sender.ts';
import type { NoticeSender } from '../bridge/noc/sender.ts';
import { createSnmpSender } from '../bridge/noc/snmp/sender.ts';
import type { SenderEngine, SnmpTarget } from '../bridge/noc/snmp/target.ts';
import { createSyslogSender, type SyslogTarget } from '../bridge/noc/syslog/sender.ts';
import type { SinkSection } from '../config/noc-schema.ts';
import type { SinkConfig } from '../config/noc-section.ts';
import type { Clock } from '../core/clock.ts';
import type { Secret } from '../core/secret.ts';
import { connectUdp } from '../io/udp.ts';

export interface SenderDeps {
  readonly clock: Clock;
  readonly addressOf: AddressOf;
  readonly engine: SenderEngine;
  readonly baseOid: string;
}

type Given<Type extends SinkSection['type']> = Extract<SinkSection, { type: Type }>;

const ports = { snmp: 162, udp: 514, tcp: 514, syslogTls: 6514, starttls: 587, tls: 465, none: 25 } as const;
/** Of a message: nobody guesses it. */
export const newId = (): number => randomInt(1, 2 ** 31 - 1);

/** The configuration was checked; what is missing here is a fault of ours. */
const given = (secret: Secret | undefined): Secret => {
  if (!secret) throw new Error('a checked sink lacks its secret');
  return secret;
};

/** The version of SNMP, and who we are in it. */
export const howOf = (section: Given<'snmp'>, { secrets }: SinkConfig): SnmpTarget['how'] => {
  const { version, notification = 'inform', authProtocol, privProtocol, user = '' } = section;
  if (version === 'v1') return { version, kind: 'trap', community: given(secrets.community) };
  if (version === 'v2c') return { version, kind: notification, community: given(secrets.community) };
  const priv = secrets.priv && { protocol: privProtocol, passphrase: secrets.priv };
  const who = { name: user, authProtocol, auth: given(secrets.auth), ...(priv && { priv }) };
  return { version, kind: notification, user: who };
};

const snmpSender = (section: Given<'snmp'>, sink: SinkConfig, deps: SenderDeps): NoticeSender => {
  const { host, port = ports.snmp, agentAddress, answerSeconds, tries } = section;
  const { clock, addressOf, engine: own, baseOid } = deps;
  return createSnmpSender(
    {
      ...{ host, port, baseOid, tries, answerMs: answerSeconds * 1000, how: howOf(section, sink) },
      ...(agentAddress !== undefined && { agentAddress }),
    },
    { clock, connect: connectUdp, addressOf, own, newId },
  );
};

const transportOf = (section: Given<'syslog'>, sink: SinkConfig): SyslogTarget['transport'] => {
  const { transport, framing, tlsName, host } = section;
  if (transport === 'udp') return { over: 'udp' };
  if (transport === 'tcp') return { over: 'tcp', framing };
  const { ca, cert } = sink.certificates;
  const { key } = sink.secrets;
  const identity = cert && key && { cert, key: key.reveal() };
  const trust = { ...(ca && { ca }), ...(identity && { identity }) };
  return { over: 'tls', name: tlsName ?? host, trust };
};

const syslogSender = (section: Given<'syslog'>, sink: SinkConfig, deps: SenderDeps): NoticeSender => {
  const { host, port, transport, facility, maxBytes: mostBytes } = section;
  const usual = transport === 'tls' ? ports.syslogTls : ports[transport];
  return createSyslogSender(
    { host, port: port ?? usual, facility, mostBytes, transport: transportOf(section, sink) },
    { clock: deps.clock, connect: connectUdp, addressOf: deps.addressOf },
  );
};

const mailSender = (section: Given<'mail'>, sink: SinkConfig, deps: SenderDeps): NoticeSender => {
  const { host, port, security, tlsName, user, from, to, burst, everySeconds } = section;
  const { password } = sink.secrets;
  const { ca } = sink.certificates;
  const post = createPost(
    {
      ...{ host, port: port ?? ports[security], security, name: tlsName ?? host, from, to },
      ...(ca && { ca }),
      ...(user !== undefined && { login: { user, password: given(password) } }),
    },
    deps.addressOf,
  );
  return createMailSender({ clock: deps.clock, post, burst, everyMs: everySeconds * 1000 });
};

/** The way to a receiver, as configured. */
export const senderFor = (sink: SinkConfig, deps: SenderDeps): NoticeSender => {
  const { section } = sink;
  switch (section.type) {
    case 'snmp':
      return snmpSender(section, sink, deps);
    case 'syslog':
      return syslogSender(section, sink, deps);
    case 'mail':
      return mailSender(section, sink, deps);
  }
};
