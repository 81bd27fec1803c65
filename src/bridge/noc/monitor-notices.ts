import type { EventData, EventType } from '../../events/catalogue.ts';
import { clear, type NoticePart, type Rows, raise } from './notice-part.ts';

type Monitor = Pick<EventData<'monitor.raised'>, 'category' | 'keyword'>;

const whatOf = ({ category, keyword }: Monitor): string => `monitor/${category}.${keyword}`;

/** What an event of ours raises, that event tells by itself: the NOC wants it once. */
const raised = (data: EventData<'monitor.raised'>): NoticePart | undefined => {
  if (data.origin === 'event' || data.silenced) return undefined;
  const { category, keyword, message } = data;
  return raise(
    whatOf(data),
    `External-link monitor ${category}.${keyword} is in error: ${message}`,
    `外部連携モニタ ${category}.${keyword} が異常です: ${message}`,
  );
};

const cleared = (data: EventData<'monitor.cleared'>): NoticePart | undefined => {
  if (data.why === 'event' || data.silenced) return undefined;
  const { category, keyword } = data;
  return clear(
    whatOf(data),
    'warning',
    `External-link monitor ${category}.${keyword} is normal again.`,
    `外部連携モニタ ${category}.${keyword} が正常に戻りました。`,
  );
};

/** What external-link monitors say to the NOC. */
export const monitorNotices = {
  'monitor.raised': raised,
  'monitor.cleared': cleared,
} satisfies Partial<Rows> & { readonly [Type in EventType & `monitor.${string}`]: Rows[Type] };
