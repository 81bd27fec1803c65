import type { EventData } from '../catalogue.ts';
import type { AlertRow } from './row.ts';

type Raised = EventData<'monitor.raised'>;
type Cleared = EventData<'monitor.cleared'>;

/** What the product's message names as the monitor; one that is about a server says which. */
const monitorOf = ({ category, keyword, server }: Raised | Cleared): string =>
  `${category}.${keyword}${server === undefined ? '' : ` (${server})`}`;

/** Each raise that is told, also one that is told once more. */
const detected = (data: Raised) =>
  data.silenced ? undefined : [data.category, data.keyword, data.message || '-', data.server ?? '-'];

/** The state turned from normal to error: told once, at the end of a maintenance where that kept it quiet. */
const turned = (data: Raised) => {
  const isTurn = data.again === undefined || data.again === 'maintenanceEnded';
  return isTurn && !data.silenced ? [monitorOf(data)] : undefined;
};

/** A notification that was recorded as it came; what is told later by time alone is none. */
const accepted = (data: Raised) =>
  data.origin === 'notify' && !data.silenced && data.lastAt === undefined
    ? [monitorOf(data), data.by]
    : undefined;

/** Alerts of external-link monitors (module mm), and of the notifications that raise them (module trnsv). */
export const monitorRows: readonly AlertRow[] = [
  {
    on: 'monitor.raised',
    module: 'trnsv',
    id: 10,
    level: 'info',
    when: 'an agent notified it (`monitor.notify`); %1 is category and keyword, %2 who it was. The product has the IP address there',
    values: accepted,
    text: {
      en: 'A notification (%1) from %2 was accepted.',
      ja: '%2 からの通知 (%1) を受け付けました。',
    },
  },
  {
    on: 'monitor.raised',
    module: 'mm',
    id: 903,
    level: 'warning',
    when: 'an error was told; %1 is the category, %2 the keyword, %3 the message, %4 the server',
    values: detected,
    text: {
      en: 'An error of category %1, keyword %2 was detected (%3). Server: %4.',
      ja: 'カテゴリ %1、キーワード %2 の異常を検出しました (%3)。サーバ: %4',
    },
  },
  {
    on: 'monitor.raised',
    module: 'mm',
    id: 905,
    level: 'error',
    when: 'the monitor turned from normal to error; %1 is category and keyword. Once, however often it is raised',
    values: turned,
    text: {
      en: 'External-link monitor %1 detected an error.',
      ja: '外部連携モニタ %1 が異常を検出しました。',
    },
  },
  {
    on: 'monitor.cleared',
    module: 'mm',
    id: 26,
    level: 'info',
    when: 'the monitor turned from error to normal; %1 is category and keyword',
    values: (data) => (data.silenced ? undefined : [monitorOf(data)]),
    text: {
      en: 'External-link monitor %1 turned from error to normal.',
      ja: '外部連携モニタ %1 が異常から正常に戻りました。',
    },
  },
];
