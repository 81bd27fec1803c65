import { errorCatalogue } from '../../src/core/errors.ts';
import { code, table } from './markdown.ts';

const introduction = `# Error codes

<!-- Written by scripts/write-docs.ts from src/core/errors.ts; do not edit. -->

Programs match the code, which is stable; the message beside it is for people and may change. The part
before the dot names who speaks. Nothing in a message is ever a password or key.`;

/** docs/errors.md: every code with its meaning and remedy, grouped by the part before the dot. */
export const renderErrorsDoc = (): string => {
  const entries = Object.entries(errorCatalogue).map(([name, entry]) => ({ name, ...entry }));
  const prefixes = [...new Set(entries.map(({ name }) => name.replace(/\..*/, '')))];
  const sections = prefixes.map((prefix) => {
    const own = entries.filter(({ name }) => name === prefix || name.startsWith(`${prefix}.`));
    const rows = own.map(({ name, meaning, remedy }) => [code(name), meaning, remedy]);
    return `## ${prefix}\n\n${table(['Code', 'What happened', 'What to do'], rows)}`;
  });
  return `${[introduction, ...sections].join('\n\n')}\n`;
};
