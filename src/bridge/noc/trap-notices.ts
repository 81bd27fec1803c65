import type { EventData, EventType } from '../../events/catalogue.ts';
import { clear, type NoticePart, note, type Rows, raise, silent } from './notice-part.ts';

type Received = EventData<'trap.received'>;

/**
 * A trap with a category is told by the external-link monitor that it raises, and must not come twice. The end of
 * a condition goes wherever its beginning may have gone.
 */
const received = ({
  action,
  key,
  source,
  text,
  textJa = text,
  category,
  summary,
}: Received): NoticePart | undefined => {
  if (category !== undefined || summary) return undefined;
  const what = `trap/${source}${key === undefined ? '' : `/${key}`}`;
  if (action === 'raise') return raise(what, text, textJa);
  return action === 'clear' ? clear(what, 'critical', text, textJa) : note(what, text, textJa);
};

/** Whose storm it is. */
type Storm = Pick<EventData<'trap.stormBegan'>, 'source'>;

const stormOf = ({ source }: Storm): string => (source === undefined ? 'trap-storm' : `trap-storm/${source}`);

const sendersEn = ({ source }: Storm): string => source ?? 'all senders together';
const sendersJa = ({ source }: Storm): string => source ?? '全送信元';

/** What traps say to the NOC. */
export const trapNotices = {
  'trap.received': received,
  'trap.keyForgotten': silent,
  'trap.stormBegan': (data) =>
    raise(
      stormOf(data),
      `A storm of SNMP traps from ${sendersEn(data)} began: ${data.received} in ${data.withinSeconds} s. They are counted, not told.`,
      `SNMP トラップの集中受信が始まりました (${sendersJa(data)}、${data.withinSeconds} 秒間に ${data.received} 件)。件数のみ記録します。`,
    ),
  'trap.stormEnded': (data) =>
    clear(
      stormOf(data),
      'warning',
      `The storm of SNMP traps from ${sendersEn(data)} is over: ${data.received} came, ${data.suppressed} were only counted.`,
      `SNMP トラップの集中受信が終わりました (受信 ${data.received} 件、うち件数のみ ${data.suppressed} 件)。`,
    ),
  'trap.refused': ({ source, reason, count }) =>
    note(
      `trap-refused/${source}`,
      `${count} SNMP datagrams from ${source} were refused (${reason}).`,
      `${source} からの SNMP データグラム ${count} 件を拒否しました (${reason})。`,
    ),
} satisfies Partial<Rows> & { readonly [Type in EventType & `trap.${string}`]: Rows[Type] };
