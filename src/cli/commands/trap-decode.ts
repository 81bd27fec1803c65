import { formatProblem } from '../../config/problem.ts';
import { type Clock, systemClock } from '../../core/clock.ts';
import { CodedError } from '../../core/errors.ts';
import type { NewEvent } from '../../events/catalogue.ts';
import { decodeMessage } from '../../snmp-trap/codec/message.ts';
import type { TrapNotification } from '../../snmp-trap/codec/notification.ts';
import { createTrapJudge } from '../../snmp-trap/judge/judge.ts';
import { plainValue } from '../../snmp-trap/rules/plain-value.ts';
import { createRuleBook, type RuleBook } from '../../snmp-trap/rules/rule-book.ts';
import {
  type CommonOptions,
  type ExitCode,
  exitCodes,
  explainFailure,
  type Terminal,
  table,
} from '../terminal.ts';
import { loadTrapRules } from '../trap-definitions.ts';
import { bytesOfHex } from '../varbind-words.ts';

export interface TrapDecodeOptions extends CommonOptions {
  /** Folders with definitions in place of the usual ones. */
  readonly devices?: readonly string[];
}

const bytesOf = (words: readonly string[]): Buffer => {
  const bytes = bytesOfHex(words.join(''));
  if (!bytes?.length) throw new CodedError('usage', 'a datagram is wanted as hex digits, two for each byte');
  return bytes;
};

const notificationIn = (datagram: Buffer): TrapNotification => {
  const message = decodeMessage(datagram);
  if (!message.ok)
    throw new CodedError('trap.undecodable', `not a whole SNMP notification: ${message.failure}`);
  if (!('content' in message.value)) {
    throw new CodedError('trap.undecodable', 'an SNMPv3 message: only its user’s keys open what it holds');
  }
  const { version, content } = message.value;
  return { ...content, version, source: { address: '0.0.0.0', port: 0 } };
};

/** What the rules make of a notification as the first of its kind; `clock` is for the time in the event. */
const eventsOf = (notification: TrapNotification, book: RuleBook, clock: Clock): readonly NewEvent[] => {
  const second = { dedupSeconds: 1, unknownSeconds: 1 };
  const rates = {
    sourcePerSecond: 10,
    sourceRearmPerSecond: 1,
    overallPerSecond: 10,
    overallRearmPerSecond: 1,
  };
  const settings = { ...second, storm: { windowSeconds: 1, ...rates } };
  const judge = createTrapJudge({ clock, rules: () => book, settings, namesOf: () => ({}), open: {} });
  return judge.take(notification);
};

const about = ({ version, kind, trapOid, uptimeTicks, v1 }: TrapNotification): string[][] => [
  ['version', version],
  ['kind', kind],
  ['trap OID', trapOid],
  ...(v1
    ? [
        ['enterprise', v1.enterprise],
        ['agent', v1.agentAddress],
      ]
    : []),
  ...(v1 ? [['generic, specific', `${v1.generic}, ${v1.specific}`]] : []),
  ['uptime', `${uptimeTicks / 100} s`],
];

const inWords = ({ severity, data }: NewEvent & { readonly type: 'trap.received' }): string[][] => [
  ['rule', data.rule ?? 'none knows this trap'],
  ['event', `${data.name}, ${severity ?? 'notice'}${data.class ? `, ${data.class}` : ''}`],
  ['does', data.action === 'none' ? 'tells only' : `${data.action}s ${data.key ?? ''}`],
  ...(data.category === undefined ? [] : [['monitor', `${data.category} / ${data.keyword ?? ''}`]]),
  ['text', data.text],
  ...(data.textJa === undefined ? [] : [['', data.textJa]]),
  ...Object.entries(data.fields).map(([name, value]) => ['', `${name} = ${value}`]),
];

const isTrap = (event: NewEvent): event is NewEvent & { readonly type: 'trap.received' } =>
  event.type === 'trap.received';

/** `noroshi trap decode HEX`: a datagram in words, the rule that knows it, and the event that it would become. */
export const trapDecodeCommand = async (
  terminal: Terminal,
  words: readonly string[],
  options: TrapDecodeOptions,
): Promise<ExitCode> => {
  try {
    const { definitions, problems } = await loadTrapRules(options.devices);
    for (const problem of problems) terminal.error(formatProblem(problem));
    const notification = notificationIn(bytesOf(words));
    const traps = eventsOf(notification, createRuleBook(definitions), systemClock).filter(isTrap);
    const varbinds = notification.varbinds.map((one) => ({
      oid: one.oid,
      type: one.value.type,
      value: plainValue(one),
    }));
    if (options.json) {
      const { version, kind, trapOid, uptimeTicks, v1 } = notification;
      terminal.out(JSON.stringify({ version, kind, trapOid, uptimeTicks, v1, varbinds, events: traps }));
      return exitCodes.done;
    }
    for (const line of table(about(notification))) terminal.out(line);
    for (const { oid, type, value } of varbinds) terminal.out(`varbind  ${oid} = ${type}: ${value}`);
    for (const trap of traps) for (const line of table(inWords(trap))) terminal.out(line);
    return exitCodes.done;
  } catch (error) {
    return explainFailure(terminal, error, options);
  }
};
