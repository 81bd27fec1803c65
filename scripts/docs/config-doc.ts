import { bmcDefinitionSchema } from '../../src/config/devices.ts';
import type { DriverSpec, SecretSpec } from '../../src/config/driver.ts';
import { expectationOf, type SchemaNode, schemaNodeOf } from '../../src/config/expectation.ts';
import { builtInMonitorRules, type MonitorMatch, type MonitorRule } from '../../src/config/monitor-rules.ts';
import { sinkSchemas } from '../../src/config/noc-schema.ts';
import { configSchema } from '../../src/config/schema.ts';
import { usableKeys } from '../../src/config/secrets.ts';
import { code, table } from './markdown.ts';

const introduction = `# Configuration

<!-- Written by scripts/write-docs.ts from docs/example.yaml and the schemas in src/; do not edit. -->

Noroshi reads one YAML file (YAML 1.2, UTF-8, at most 1 MiB). \`noroshi check-config --config FILE\` checks it
without touching any hardware and lists every problem as \`file:line: path: what is wrong\`. A running
daemon reads the file again on SIGHUP; a file with problems changes nothing.

- Unknown keys are refused, and so is a key that is given twice.
- Relative paths begin in the folder of the configuration file.
- Passwords and keys never stand in this file: it names the file or the environment variable that holds them.

## A complete example`;

const secretRules = `A secret is given by exactly one of its keys:

- \`…File\`: path of a file that holds it. One newline at the end does not count; at most 4 KiB. Keep the file
  readable by the daemon alone: one that every user can open is a warning.
- \`…Env\`: name of the environment variable that holds it.
- \`…HexFile\`, where it is listed: path of a file that holds it as hex digits.

SIGHUP reads the files again: the next login has the new secret, a forced stop under way keeps the old one, warm
sessions are opened anew, and a BMC that was given up for its password is asked again. \`config.reloaded\` names the
servers whose secrets changed. A reload takes no file that every user can open: the old configuration is there to go
on with, while a start without a BMC could stop nobody. The environment of a running daemon cannot change, so a
secret in \`…Env\` takes a restart.`;

const chainRules = `A chain tries one method after the other; the first proof ends it. Here a server gets time to write its crash dump
before its power is cut, and a script of the site is left where its BMC is dead:

\`\`\`yaml
server2:
  deadlineSeconds: 330
  bmc: { model: ipmi, host: 192.0.2.12, user: fence, passwordFile: /etc/noroshi/bmc.pw }
  chain:
    - { method: kdumpWait, limitSeconds: 300, from: [192.0.2.21] }
    - { method: bmc, limitSeconds: 15 }
    - { method: script, limitSeconds: 15, file: /etc/noroshi/forcestop.sh, scriptVerifiesOff: true }
\`\`\`

- **Waits prove nothing.** \`nmiWait\` and \`kdumpWait\` only give time; \`fenced\` stays on a read of the power, or on the
  word of a script that you trust.
- \`kdumpWait\` sends one NMI, unless messages come already or \`sendNmi\` is \`false\`. It is over when no first message
  came within \`firstMessageSeconds\`, when messages have stopped for \`quietSeconds\`, or at its limit. The crash kernel
  sends them with \`fence_kdump_send\` to every gateway, on the port of \`fence.kdump\`; no name is ever looked up.
- **A request with less time** than the limits of its chain add up to takes it from the waits, the time of which is cut to
  what the methods behind them leave; a wait for which nothing is left is left out, with its NMI. A \`bmc\` without a limit
  keeps what the configured deadline would leave it, and at least 2 s. A \`bmc\` or a \`script\` is never cut for
  another method. A wait that was cut stays cut, though a request with more time joins the job.
- **Mind your engine's own limit**: it must be longer than the deadline of the server, or it gives up during the dump.`;

const nocRules = `A sink is one receiver. Each has its own position in the journal, so that one that is dead or slow costs nobody else
anything: what it wants waits in the journal, for as long as \`journal\` keeps it, and goes out in order, at least once.
\`health\` shows \`queued\`, \`lastSentAt\` and \`lastError\` of each; \`noroshi noc test [SINK]\` tries the way.

\`\`\`yaml
noc:
  baseOid: "1.3.6.1.4.1.32473.1"
  sinks:
    manager: { type: snmp, host: 192.0.2.70, version: v3, user: noroshi, authFile: noc.auth, privFile: noc.priv }
    logs: { type: syslog, host: logs.example.com, transport: tls, caFile: noc-ca.pem }
    people: { type: mail, host: 192.0.2.25, user: noroshi, passwordFile: smtp.pw, from: noroshi@example.com, to: [noc@example.com], severity: warning }
\`\`\`

- **What is certain.** An inform was answered and a mail was taken by its server; a trap and a syslog message were sent
  and nobody objected, which is all these protocols can tell.
- **Raise and clear** have the same key, \`GATEWAY/what/SERVER\`. A server in maintenance raises nothing, but for forced stops
  and local actions, which are always told; what still stands when the maintenance ends is told then.
- **SNMPv3**: the receiver must know the engine id of the gateway for traps (\`createUser -e 0x… USER …\` of snmptrapd);
  \`health\` shows it. For informs it needs none. It is the same engine that takes informs; id and boots are kept in the state
  directory (\`snmp-engine.json\`).
- The receivers' MIB is \`mibs/NOROSHI-MIB.txt\`, or \`noroshi noc mib\` for your own \`baseOid\`.`;
const monitorRules = `Rules turn events into external-link monitors. Each says which events raise a monitor, which clear it, and
its category and keyword; the server is the one that the event is about. A rule of your own:

\`\`\`yaml
monitors:
  expireSeconds: { NIC: 3600 }
  without: [bmcRefused]
  rules:
    wrongPassword:
      raise: [{ event: bmc.refused, where: { reason.code: [bmc.auth, bmc.user] } }]
      clear: [{ event: bmc.answered }]
      category: BMC
      keyword: login
      message: "{reason.message}"
\`\`\`

A rule needs a \`clear\`, or \`expireSeconds\` (those of the rule go before those of its category). \`where\` and \`unless\`
name data of the event ([interface.md](interface.md) lists what events carry). These rules are built in:`;

const matchText = ({ event, where, unless }: MonitorMatch): string => {
  const values = (word: string, conditions: MonitorMatch['where']) =>
    Object.entries(conditions).map(([path, wanted]) => `${word} ${path} is ${[wanted].flat().join(' or ')}`);
  return [code(event), ...values('where', where), ...values('unless', unless)].join(' ');
};

const monitorRuleRow = ({ name, raise, clear, category, keyword, message }: MonitorRule): Row => [
  code(name),
  `${category} ${keyword}`,
  raise.map(matchText).join(', '),
  clear.map(matchText).join(', '),
  code(message),
];

const deviceRules = `A model is a file of ten lines: which driver, and the options that suit the hardware. Those that come with
Noroshi are in \`devices/bmc/\`. Your own go to \`FOLDER/bmc/*.yaml\` in one of the \`deviceDirectories\`; the same
model in a later folder wins, your folders come after the built-in one, and the log says what was overridden.
What the \`bmc\` section of a server says goes over the \`options\` of the definition. Secrets do not belong here.`;

type Row = readonly string[];
const head = ['Key', 'Value', 'Default', 'Meaning'];

const childrenOf = (node: SchemaNode): [string, SchemaNode, boolean][] => {
  const required = node.required ?? [];
  const properties = Object.entries(node.properties ?? {});
  return properties.flatMap(([key, child]) =>
    typeof child === 'object' ? [[key, child, required.includes(key)]] : [],
  );
};

/** The schema of the entries of a section whose keys are names, such as `servers`. */
const namedEntry = (node: SchemaNode): SchemaNode | undefined =>
  node.propertyNames !== undefined && typeof node.additionalProperties === 'object'
    ? node.additionalProperties
    : undefined;

const defaultOf = (node: SchemaNode, required: boolean): string => {
  if (required) return 'required';
  if (node.default === undefined || node.type === 'object') return '';
  return code(JSON.stringify(node.default));
};

const isSchema = (items: SchemaNode['items']): items is SchemaNode =>
  typeof items === 'object' && !Array.isArray(items);

/** One row for a key, then those of the keys inside it. */
const rowsOf = (path: string, node: SchemaNode, required: boolean): Row[] => {
  const row = [code(path), expectationOf(node), defaultOf(node, required), node.description ?? ''];
  const entry = namedEntry(node);
  const inside = entry && Object.keys(entry).length > 0 ? rowsOf(`${path}.NAME`, entry, false) : [];
  const items = isSchema(node.items) ? rowsInside(node.items, `${path}[].`) : [];
  const members = childrenOf(node).flatMap(([key, child, needed]) => rowsOf(`${path}.${key}`, child, needed));
  return [row, ...inside, ...items, ...members];
};

const rowsInside = (node: SchemaNode, before = ''): Row[] =>
  childrenOf(node).flatMap(([key, child, required]) => rowsOf(`${before}${key}`, child, required));

const secretRow = ([name, spec]: [string, SecretSpec]): Row => [
  usableKeys(name, spec).map(code).join(', '),
  `a secret of at most ${spec.maxBytes} bytes`,
  spec.required ? 'required' : '',
  spec.describe,
];

const driverSection = (spec: DriverSpec): string => {
  const rows = [...rowsInside(schemaNodeOf(spec.options)), ...Object.entries(spec.secrets).map(secretRow)];
  return `### Driver ${code(spec.name)}\n\n${table(head, rows)}`;
};

/** docs/config.md: the example, then every key of the file, of the drivers and of the device definitions. */
export const renderConfigDoc = (specs: readonly DriverSpec[], example: string): string =>
  `${[
    introduction,
    `\`\`\`yaml\n${example.trimEnd()}\n\`\`\``,
    '## Every key',
    table(head, rowsInside(schemaNodeOf(configSchema))),
    '## Chains',
    chainRules,
    '## Monitor rules',
    monitorRules,
    table(['Rule', 'Monitor', 'Raised by', 'Cleared by', 'Message'], builtInMonitorRules.map(monitorRuleRow)),
    '## Keys of a `bmc` section',
    'Beside `model`, a `bmc` section holds the options and secrets of the driver that its model names.',
    secretRules,
    ...specs.map(driverSection),
    '## Sinks of the NOC',
    nocRules,
    ...Object.entries(sinkSchemas).map(
      ([type, schema]) => `### Sink ${code(type)}\n\n${table(head, rowsInside(schemaNodeOf(schema)))}`,
    ),
    '## Device definitions',
    deviceRules,
    table(head, rowsInside(schemaNodeOf(bmcDefinitionSchema))),
  ].join('\n\n')}\n`;
