import type { Finding } from '../core/finding.ts';

const stateWords: Readonly<Record<Finding['state'], string>> = {
  good: 'good',
  warning: 'WARNING',
  bad: 'BAD',
};

const remedyRow = (finding: Finding): string[][] =>
  finding.state === 'good' ? [] : [['', '', `  ${finding.remedy}`]];

/** A finding for people: one row of a table, and one for its remedy. */
export const findingRows = (finding: Finding): string[][] => {
  const code = finding.state !== 'good' && finding.code ? ` (${finding.code})` : '';
  return [[stateWords[finding.state], finding.check, `${finding.message}${code}`], ...remedyRow(finding)];
};
