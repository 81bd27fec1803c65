import type { Language } from '../../core/language.ts';
import type { EventData, EventType } from '../catalogue.ts';

/** Modules of CLUSTERPRO X that have alerts for what Noroshi does (list of alert destinations, X 4.2 for Linux). */
export type AlertModule = 'apisv' | 'bmchb' | 'comhb' | 'lamp' | 'mm' | 'nm' | 'pm' | 'rc' | 'rm' | 'trnsv';

export type AlertLevel = 'info' | 'warning' | 'error';

interface RowOf<Type extends EventType> {
  /** The event that can raise the alert. */
  readonly on: Type;
  readonly module: AlertModule;
  /** The product's number for it within the module. */
  readonly id: number;
  readonly level: AlertLevel;
  /** When the event raises it, and what the values are, for docs/alerts.md. */
  readonly when: string;
  /** What stands for %1, %2 … in the texts; undefined where this event does not raise the alert. */
  readonly values: (data: EventData<Type>, language: Language) => readonly string[] | undefined;
  /** The message: our own words, of the product's meaning. */
  readonly text: Readonly<Record<Language, string>>;
}

/** One alert of the product, the event of ours that raises it, and its message in every language. */
export type AlertRow = { [Type in EventType]: RowOf<Type> }[EventType];
