import type { Language } from '../../core/language.ts';
import type { EventData } from '../catalogue.ts';
import type { AlertRow } from './row.ts';

type Received = EventData<'trap.received'>;

/** A condition that begins or is told; its end, and the count at the end of a row of repeats, are no alerts. */
const isNews = ({ action, summary }: Received): boolean => action !== 'clear' && summary !== true;

const senderOf = ({ server, device, source }: Received): string => server ?? device ?? source;

const ofClass = (wanted: NonNullable<Received['class']>) => (data: Received, language: Language) => {
  if (data.class !== wanted || !isNews(data)) return undefined;
  // What a trap fills its text with can be nothing at all.
  const text = (language === 'ja' && data.textJa) || data.text;
  return [senderOf(data), text || data.name];
};

const row = (
  id: number,
  level: AlertRow['level'],
  kind: NonNullable<Received['class']>,
  when: string,
  text: AlertRow['text'],
): AlertRow => ({ on: 'trap.received', module: 'mm', id, level, when, values: ofClass(kind), text });

/**
 * Alerts of SNMP traps: those of BMCs by the product's classes (module mm), and of senders that are not allowed
 * (module trnsv). The levels are the product's: even a fatal trap is only an Info there, the error itself is mm/905.
 */
export const trapRows: readonly AlertRow[] = [
  {
    on: 'trap.received',
    module: 'mm',
    id: 912,
    level: 'info',
    when: 'a trap with a category was told; %1 is the category, %2 the keyword',
    values: (data) =>
      data.category !== undefined && isNews(data) ? [data.category, data.keyword || '-'] : undefined,
    text: {
      en: 'A message came by SNMP trap (%1 : %2).',
      ja: 'SNMP トラップによるメッセージを受信しました (%1 : %2)。',
    },
  },
  row(914, 'info', 'fatal', 'its class is fatal; %1 is the sender, %2 what failed', {
    en: 'A fatal trap came from server %1 (%2).',
    ja: 'サーバ %1 から致命的障害のトラップを受信しました (%2)。',
  }),
  row(915, 'warning', 'recoverableDegraded', 'its class is recoverable, with less performance', {
    en: 'A trap of a recoverable fault came from server %1: it is degraded (%2).',
    ja: 'サーバ %1 から回復可能な障害 (性能低下) のトラップを受信しました (%2)。',
  }),
  row(916, 'warning', 'recoverablePredictive', 'its class is recoverable, a fault is predicted', {
    en: 'A trap of a recoverable fault came from server %1: a failure is predicted (%2).',
    ja: 'サーバ %1 から回復可能な障害 (障害予兆) のトラップを受信しました (%2)。',
  }),
  row(917, 'warning', 'recoverableBoth', 'its class is recoverable, with both', {
    en: 'A trap of a recoverable fault came from server %1: it is degraded, and a failure is predicted (%2).',
    ja: 'サーバ %1 から回復可能な障害 (性能低下および障害予兆) のトラップを受信しました (%2)。',
  }),
  {
    on: 'trap.refused',
    module: 'trnsv',
    id: 1,
    level: 'error',
    when: 'its sender, or the origin that a relay tells, is not in `traps.sources`; %1 is the address',
    values: ({ source, reason }) => (reason === 'source' || reason === 'relayOrigin' ? [source] : undefined),
    text: {
      en: 'A notification from %1, which is not allowed to send any, was denied.',
      ja: '許可されていない外部 IP %1 からの通知を拒否しました。',
    },
  },
];
