import { z } from 'zod';
import { name, path } from './fields.ts';

const host = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,253}$/)
  .meta({ expects: 'an address or a host name' })
  .describe(
    'Address of the receiver, or its name. Take an address: a name needs a resolver that works on the day of the fire. Names are asked for one at a time, and the last known address is used while the resolver is silent.',
  );

const port = (usual: string) =>
  z.int().min(1).max(65_535).exactOptional().describe(`Its port; ${usual} unless said otherwise.`);

const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/)
  .meta({ expects: 'the name of an environment variable' });

/** The two keys of a secret. */
const secretKeys = (what: string) =>
  [
    path.exactOptional().describe(`File with ${what}.`),
    variable.exactOptional().describe(`Environment variable with ${what}, in place of the file.`),
  ] as const;

const shared = {
  events: z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(64)
    .exactOptional()
    .describe(
      'Types of events that are sent, `*` for any run of characters. Without it what wakes people: forced stops and local actions (the failures, and what ends them), contradictions, readiness, BMCs, the journal, monitors, the configuration, maintenances, and other sinks.',
    ),
  severity: z
    .enum(['info', 'notice', 'warning', 'critical'])
    .default('info')
    .describe('Least severity that is sent; what clears something goes by the severity of what it clears.'),
  servers: z
    .array(name)
    .min(1)
    .max(256)
    .exactOptional()
    .describe('Only what is about these servers. Without it: everything.'),
};

const [communityFile, communityEnv] = secretKeys('the community (v1, v2c)');
const [authFile, authEnv] = secretKeys('the authentication passphrase (v3), 8 bytes at least');
const [privFile, privEnv] = secretKeys('the privacy passphrase (v3); without one nothing is encrypted');

const snmp = z.strictObject({
  type: z.literal('snmp').describe('SNMP notifications.'),
  host,
  port: port('162'),
  version: z.enum(['v1', 'v2c', 'v3']).default('v2c').describe('Version of SNMP.'),
  notification: z
    .enum(['trap', 'inform'])
    .exactOptional()
    .describe(
      '`inform` is answered, so that nothing is lost and all comes in order; `trap` is not. `inform`, unless the version is v1, which has traps only.',
    ),
  communityFile,
  communityEnv,
  user: z
    .string()
    .regex(/^[\x21-\x7e]{1,32}$/)
    .meta({ expects: 'a user name of 1 to 32 visible ASCII characters' })
    .exactOptional()
    .describe('User of SNMPv3.'),
  authProtocol: z
    .enum(['sha1', 'sha224', 'sha256', 'sha384', 'sha512'])
    .default('sha256')
    .describe('Authentication of v3.'),
  authFile,
  authEnv,
  privProtocol: z
    .enum(['aes128', 'aes256'])
    .default('aes128')
    .describe('Encryption of v3; `aes256` with sha256 and longer only.'),
  privFile,
  privEnv,
  agentAddress: z
    .ipv4()
    .meta({ expects: 'an IPv4 address' })
    .exactOptional()
    .describe('What a v1 trap calls its agent; the address it is sent from, unless said otherwise.'),
  answerSeconds: z.int().min(1).max(30).default(5).describe('Seconds an inform waits for its answer.'),
  tries: z.int().min(1).max(5).default(3).describe('How often an inform is sent before the sink fails.'),
  ...shared,
});

const [tlsKeyFile, tlsKeyEnv] = secretKeys('the private key of the gateway (PEM)');
const tlsName = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,253}$/)
  .meta({ expects: 'a host name or an address' })
  .exactOptional()
  .describe('Name that the certificate of the receiver must have; that of `host`, unless said otherwise.');
const caFile = path
  .exactOptional()
  .describe('Authorities that its certificate must come from (PEM); those of the system, unless given.');

const syslog = z.strictObject({
  type: z.literal('syslog').describe('Syslog (RFC 5424).'),
  host,
  port: port('514 (UDP and TCP) or 6514 (TLS)'),
  transport: z.enum(['udp', 'tcp', 'tls']).default('udp').describe('What the messages go over.'),
  framing: z
    .enum(['octetCounted', 'newline'])
    .default('octetCounted')
    .describe('How messages are told apart over `tcp` (RFC 6587).'),
  facility: z
    .enum([
      ...(['user', 'daemon', 'syslog'] as const),
      ...(['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'] as const),
    ])
    .default('local0')
    .describe('Facility of the messages.'),
  maxBytes: z
    .int()
    .min(480)
    .max(8192)
    .default(2048)
    .describe('Longest message, in bytes; sentences are cut.'),
  tlsName,
  caFile,
  certFile: path.exactOptional().describe('Certificate of the gateway, where the receiver wants one (PEM).'),
  keyFile: tlsKeyFile,
  keyEnv: tlsKeyEnv,
  ...shared,
});

const mailbox = z
  .string()
  .max(254)
  .regex(/^[^\s<>@"\\,;]+@[^\s<>@"\\,;]+$/)
  .meta({ expects: 'a mail address such as noc@example.com' });

const [passwordFile, passwordEnv] = secretKeys('the password at the mail server');

const mail = z.strictObject({
  type: z.literal('mail').describe('Mail by SMTP.'),
  host,
  port: port('587 (starttls), 465 (tls) or 25 (none)'),
  security: z
    .enum(['starttls', 'tls', 'none'])
    .default('starttls')
    .describe(
      '`starttls`: nothing is sent before the connection is encrypted. `tls`: encrypted from the first byte. `none`: in the clear, and without a password.',
    ),
  tlsName,
  caFile,
  user: z.string().min(1).max(254).exactOptional().describe('Login at the mail server.'),
  passwordFile,
  passwordEnv,
  from: mailbox.describe('Sender.'),
  to: z.array(mailbox).min(1).max(50).describe('Recipients.'),
  burst: z
    .int()
    .min(2)
    .max(100)
    .default(10)
    .describe('Mails that may go out at once, one for each message; then what waits goes together in one.'),
  everySeconds: z.int().min(1).max(3600).default(60).describe('Seconds until one more mail may go out.'),
  ...shared,
});

/** Every kind of sink, by its `type`. */
export const sinkSchemas = { snmp, syslog, mail } as const;
export type SinkType = keyof typeof sinkSchemas;
export type SinkSection = z.output<(typeof sinkSchemas)[SinkType]>;

const sinkTypes = Object.keys(sinkSchemas) as [SinkType, ...SinkType[]];

/** A sink as far as it is the same for all types; the schema of its type checks the rest. */
const sink = z
  .looseObject({
    type: z.enum(sinkTypes).describe('What it is; the other keys depend on it (see below).'),
  })
  .describe('One receiver, under its name. Each has a position of its own in the journal.');

/** The name a spool is known by; MQTT has `mqtt`. */
const sinkName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/)
  .meta({ expects: 'a name of 1 to 32 letters, digits, dots, dashes or underscores' });

export const nocSchema = z
  .strictObject({
    baseOid: z
      .string()
      .regex(/^1(\.(0|[1-9]\d{0,9})){5,30}$/)
      .refine((oid) => oid.split('.').every((arc) => Number(arc) < 2 ** 32), 'has a number beyond 2^32')
      .meta({ expects: 'an OID in quotes, such as "1.3.6.1.4.1.32473.1"' })
      .default('1.3.6.1.4.1.8072.9999.9999.57')
      .describe(
        'Where NOROSHI-MIB hangs. **Set it below the enterprise number of your own organisation**: the default is in netSnmpPlaypen, which Net-SNMP keeps for local use, and is nobody’s for good. `noroshi noc mib --base-oid OID` prints the MIB for it.',
      ),
    sinks: z
      .record(sinkName, sink)
      .default({})
      .meta({ expects: 'a section with one entry for each receiver' })
      .describe('The receivers, by name.'),
  })
  .exactOptional()
  .describe('Who is told: SNMP managers, syslog servers, people by mail. Without this section nobody is.');
