import type { Language } from '../../core/language.ts';
import type { EventData, EventType, Severity } from '../../events/catalogue.ts';

/** Something began that somebody should see to, it is over, or it is just so. */
export const noticeStates = ['raise', 'clear', 'note'] as const;
export type NoticeState = (typeof noticeStates)[number];

/** What one event has to say to people. */
export interface NoticePart {
  /** Raise and clear of one thing have the same; the gateway and the server are added to it. */
  readonly what: string;
  readonly state: NoticeState;
  readonly text: Readonly<Record<Language, string>>;
  /** Of a clear: the severity that its raise has. */
  readonly weight?: Severity;
}

/** The row of one type of event; undefined where this event of it has nothing to say. */
export type NoticeRow<Type extends EventType> = (data: EventData<Type>) => NoticePart | undefined;

export type Rows = { readonly [Type in EventType]: NoticeRow<Type> };

export const raise = (what: string, en: string, ja: string): NoticePart => ({
  what,
  state: 'raise',
  text: { en, ja },
});
export const clear = (what: string, weight: Severity, en: string, ja: string): NoticePart => ({
  ...{ what, state: 'clear', weight },
  text: { en, ja },
});
export const note = (what: string, en: string, ja: string): NoticePart => ({
  what,
  state: 'note',
  text: { en, ja },
});

export const silent = () => undefined;
