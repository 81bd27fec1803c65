import type { Language } from '../../core/language.ts';
import type { Event, NewEvent } from '../catalogue.ts';
import type { AlertLevel, AlertModule, AlertRow } from './row.ts';
import { alertTable } from './table.ts';

/** What CLUSTERPRO X would say of an event: the product's module and ID, and a sentence in the configured language. */
export interface Alert {
  readonly module: AlertModule;
  readonly id: number;
  readonly level: AlertLevel;
  readonly message: string;
}

/** An event as the outside gets it; `alerts` is missing where the product has none for it. */
export type DeliveredEvent = Event & { readonly alerts?: readonly Alert[] };

/** Puts the values in the places of %1, %2 …, whatever they contain themselves. */
const fill = (text: string, values: readonly string[]): string =>
  text.replace(/%(\d)/g, (_place, digit: string) => values[Number(digit) - 1] ?? '');

const alertOf = (row: AlertRow, event: NewEvent, language: Language): Alert[] => {
  const valuesOf = row.values as (
    data: NewEvent['data'],
    language: Language,
  ) => readonly string[] | undefined;
  const values = valuesOf(event.data, language);
  const { module, id, level, text } = row;
  return values ? [{ module, id, level, message: fill(text[language], values) }] : [];
};

const rowsOf: ReadonlyMap<string, readonly AlertRow[]> = new Map(
  alertTable.map(({ on }) => [on, alertTable.filter((row) => row.on === on)]),
);
const none: readonly Alert[] = [];

/** The product's alerts for an event, in the order of the table; none for most. */
export const alertsOf = (event: NewEvent, language: Language): readonly Alert[] =>
  rowsOf.get(event.type)?.flatMap((row) => alertOf(row, event, language)) ?? none;

/** The event with its alerts. They are never stored, so that they follow the version and the language. */
export const withAlerts = (event: Event, language: Language): DeliveredEvent => {
  const alerts = alertsOf(event, language);
  return alerts.length > 0 ? { ...event, alerts } : event;
};
