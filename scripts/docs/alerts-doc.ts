import { languages } from '../../src/core/language.ts';
import type { AlertRow } from '../../src/events/alerts/row.ts';
import { alertTable } from '../../src/events/alerts/table.ts';
import { code, table } from './markdown.ts';

const introduction = `# Alerts

<!-- Written by scripts/write-docs.ts from src/events/alerts/table.ts; do not edit. -->

Where CLUSTERPRO X has an alert for what an event tells, the event carries it: module and ID are the product's, so
that a rule that watches the alert log for \`rc\` 433 can watch Noroshi as well. The texts are Noroshi's own.

- Alerts are worked out from this table whenever an event is handed out, and never stored: an old event speaks the
  language that is configured now (\`alerts.language\`, \`en\` or \`ja\`).
- They stand in \`alerts\` of the event (\`events.read\`, \`events.subscribe\`, \`noroshi events\`), and each is a line of the
  daemon's log, at its level.
- IDs and levels are those of the product for Linux; on Windows some differ. Match them together with the module.
- An event that is not listed has no counterpart in the product: identify lamps, the journal, a proof that came late.
  Nothing is invented for it.
- %1 is the server.`;

const byNumber = (one: AlertRow, other: AlertRow): number =>
  one.module.localeCompare(other.module, 'en') || one.id - other.id;

const linesOf = ({ module, id, level, on, when, text }: AlertRow): string[] => [
  ...[code(`${module}/${id}`), level, code(on), when],
  ...languages.map((language) => text[language]),
];

/** docs/alerts.md: every alert with its event and its text in each language, by module and ID. */
export const renderAlertsDoc = (): string => {
  const rows = alertTable.toSorted(byNumber).map(linesOf);
  const head = ['Alert', 'Level', 'Event', 'When', 'English', 'Japanese'];
  return `${introduction}\n\n${table(head, rows)}\n`;
};
