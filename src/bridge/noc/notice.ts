import type { Language } from '../../core/language.ts';
import { type Alert, alertsOf } from '../../events/alerts/alerts.ts';
import { type Event, type EventType, type Severity, serverOf } from '../../events/catalogue.ts';
import type { NoticePart, NoticeRow, NoticeState } from './notice-part.ts';
import { noticeRows } from './notice-rows.ts';

/** What a notice says it is that stands for no event: somebody tries the way. */
export const testType = 'noc.test';

/** A message to the NOC. */
export interface Notice {
  /** The same for what raises and what clears: `GATEWAY/what/whom`. */
  readonly key: string;
  readonly state: NoticeState;
  /** Of the event: a clear is seldom more than `info`. */
  readonly severity: Severity;
  /** What filters go by: a clear goes where its raise went. */
  readonly weight: Severity;
  readonly server?: string;
  /** One sentence in the configured language, without control characters. */
  readonly text: string;
  readonly type: EventType | typeof testType;
  /** The product's alert, where it has one for this event. */
  readonly alert?: { readonly module: string; readonly id: number };
  /** Of the event in the journal of this gateway; 0 where it is not in there. */
  readonly seq: number;
  /** Of the event, ISO 8601 UTC. */
  readonly at: string;
  /** The node whose gateway says so, and its cluster. */
  readonly gateway: string;
  readonly cluster: string;
}

/** Who speaks, and in which language. */
export interface Speaker {
  readonly gateway: string;
  readonly cluster: string;
  readonly language: Language;
}

/** Longest sentence, in UTF-16 units: a datagram must hold it with all the rest. */
const mostText = 400;

/** What a trap, a log line or a subject could be torn apart by. */
export const withoutControls = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

const shortened = (text: string): string => {
  const whole = withoutControls(text);
  return whole.length <= mostText
    ? whole
    : `${whole.slice(0, mostText - 1).replace(/[\ud800-\udbff]$/, '')}…`;
};

const partOf = (event: Event): NoticePart | undefined => {
  const row = noticeRows[event.type] as NoticeRow<EventType>;
  return row(event.data as never);
};

const alertLevels: readonly Alert['level'][] = ['info', 'warning', 'error'];

/** Of several alerts of one event, the one that says most; the first of equals. */
const worst = (alerts: readonly Alert[]): Alert | undefined => {
  const weightOf = ({ level }: Alert) => alertLevels.indexOf(level);
  return [...alerts].sort((one, other) => weightOf(other) - weightOf(one))[0];
};

/** What the NOC is told of an event; undefined where there is nothing to tell. Pure. */
export const noticeOf = (event: Event, { gateway, cluster, language }: Speaker): Notice | undefined => {
  const part = partOf(event);
  if (!part) return undefined;
  const { what, state, text, weight } = part;
  const server = serverOf(event);
  const alert = worst(alertsOf(event, language));
  return {
    key: [gateway, what, server].filter(Boolean).join('/'),
    state,
    severity: event.severity,
    weight: weight ?? event.severity,
    ...(server !== undefined && { server }),
    // What a trap fills its text with can be nothing at all.
    text: shortened(text[language]) || shortened(text.en) || what,
    type: event.type,
    ...(alert && { alert: { module: alert.module, id: alert.id } }),
    seq: event.seq,
    at: event.at,
    gateway,
    cluster,
  };
};
