import { severities } from '../../../events/catalogue.ts';
import type { Varbind, VarbindValue } from '../../../snmp-trap/codec/notification.ts';
import type { Notice } from '../notice.ts';
import { noticeStates } from '../notice-part.ts';
import { utf8Bytes } from '../utf8.ts';
import type { SnmpNotification } from './encode.ts';

/**
 * Where our MIB hangs unless the site says otherwise: Net-SNMP's netSnmpPlaypen, which is reserved for local use, so that
 * it is no vendor's. Noroshi has no enterprise number of its own; a site that has one sets `noc.baseOid` below it.
 */
export const defaultBaseOid = '1.3.6.1.4.1.8072.9999.9999.57';

/** Of texts in a trap, in bytes of UTF-8. */
export const mostTextBytes = 1023;

/** One object of a notification: its name and syntax in the MIB, and its value. The place in the list is its number. */
export interface NoticeObject {
  readonly name: string;
  readonly syntax: string;
  readonly describe: string;
  readonly value: (notice: Notice) => VarbindValue;
}

const text = (value: string): VarbindValue => ({
  type: 'octetString',
  value: utf8Bytes(value, mostTextBytes),
});

/** DateAndTime with its zone, UTC (RFC 2579); tenths of a second. */
const dateAndTime = (iso: string): Buffer => {
  const at = new Date(iso);
  const bytes = Buffer.alloc(11);
  bytes.writeUInt16BE(at.getUTCFullYear(), 0);
  const rest = [at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes()];
  bytes.set([...rest, at.getUTCSeconds(), Math.floor(at.getUTCMilliseconds() / 100)], 2);
  bytes.set([0x2b, 0, 0], 8);
  return bytes;
};

const enumeration = (words: readonly string[]): string =>
  `INTEGER { ${words.map((word, index) => `${word}(${index + 1})`).join(', ')} }`;
const numbered = (words: readonly string[], word: string): VarbindValue => ({
  type: 'integer',
  value: words.indexOf(word) + 1,
});

/** What every notification carries, in this order. New objects go to the end: numbers are for ever. */
export const noticeObjects: readonly NoticeObject[] = [
  {
    name: 'noroshiKey',
    syntax: 'NoroshiText',
    describe: 'The same in the notification that raises and the one that clears.',
    value: ({ key }) => text(key),
  },
  {
    name: 'noroshiState',
    syntax: enumeration(noticeStates),
    describe: 'Whether this raises, clears or notes.',
    value: ({ state }) => numbered(noticeStates, state),
  },
  {
    name: 'noroshiSeverity',
    syntax: enumeration(severities),
    describe: 'How much it matters.',
    value: ({ severity }) => numbered(severities, severity),
  },
  {
    name: 'noroshiServer',
    syntax: 'NoroshiText',
    describe: 'The server it is about; empty where it is about none.',
    value: ({ server }) => text(server ?? ''),
  },
  {
    name: 'noroshiEventType',
    syntax: 'NoroshiText',
    describe: 'The type of the event, such as fence.finished.',
    value: ({ type }) => text(type),
  },
  {
    name: 'noroshiEventNumber',
    syntax: 'Unsigned32',
    describe: 'The number of the event in the journal of the gateway; 0 where it is not in there.',
    value: ({ seq }) => ({ type: 'gauge32', value: seq % 2 ** 32 }),
  },
  {
    name: 'noroshiEventTime',
    syntax: 'DateAndTime',
    describe: 'When it happened, in UTC.',
    value: ({ at }) => ({ type: 'octetString', value: dateAndTime(at) }),
  },
  {
    name: 'noroshiMessage',
    syntax: 'NoroshiText',
    describe: 'What happened, in one sentence, in the language that is configured.',
    value: (notice) => text(notice.text),
  },
  {
    name: 'noroshiAlertModule',
    syntax: 'NoroshiText',
    describe: 'The module of the alert that CLUSTERPRO X has for this; empty where it has none.',
    value: ({ alert }) => text(alert?.module ?? ''),
  },
  {
    name: 'noroshiAlertId',
    syntax: 'Integer32 (0..2147483647)',
    describe: 'The number of that alert within its module; 0 where there is none.',
    value: ({ alert }) => ({ type: 'integer', value: alert?.id ?? 0 }),
  },
  {
    name: 'noroshiGateway',
    syntax: 'NoroshiText',
    describe: 'The node whose gateway says so.',
    value: ({ gateway }) => text(gateway),
  },
  {
    name: 'noroshiCluster',
    syntax: 'NoroshiText',
    describe: 'The cluster of the gateway.',
    value: ({ cluster }) => text(cluster),
  },
];

/** Below the base: notifications, objects (which are scalars: instance 0), conformance. */
export const arcs = { notifications: 0, objects: 1, conformance: 2 } as const;

/** Of the three notifications, in the order of {@link noticeStates}. */
const notificationNumber = ({ state }: Pick<Notice, 'state'>): number => noticeStates.indexOf(state) + 1;

const notificationOid = (baseOid: string, notice: Pick<Notice, 'state'>): string =>
  `${baseOid}.${arcs.notifications}.${notificationNumber(notice)}`;

export const varbindsOf = (baseOid: string, notice: Notice): Varbind[] =>
  noticeObjects.map(({ value }, index) => ({
    oid: `${baseOid}.${arcs.objects}.${index + 1}.0`,
    value: value(notice),
  }));

/** A notice by the names of our MIB. */
export const notificationOf = (baseOid: string, notice: Notice): SnmpNotification => ({
  trapOid: notificationOid(baseOid, notice),
  varbinds: varbindsOf(baseOid, notice),
});
