import { type Severity, severities } from '../../../events/catalogue.ts';
import type { Notice } from '../notice.ts';

/** A mail as people read it. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
}

/** Longest subject, in characters; mail programs show less. */
const mostSubject = 150;

const shortened = (text: string): string =>
  text.length <= mostSubject ? text : `${text.slice(0, mostSubject - 1).replace(/[\ud800-\udbff]$/, '')}…`;

const headline = ({ cluster, state, severity, server }: Notice): string =>
  [`[${cluster}]`, state.toUpperCase(), severity, ...(server === undefined ? [] : [server])].join(' ');

const rowsOf = (notice: Notice): string[] => {
  const { at, key, type, seq, gateway, cluster, server, severity, state, alert } = notice;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['time', at],
    ['state', state],
    ['severity', severity],
    ['server', server],
    ['key', key],
    ['event', `${type} (${seq})`],
    ['alert', alert && `${alert.module}/${alert.id}`],
    ['gateway', `${gateway} (${cluster})`],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(9)}${value}`]));
};

/** One notice. */
export const letterOf = (notice: Notice): Letter => ({
  subject: shortened(`${headline(notice)}: ${notice.text}`),
  text: [notice.text, '', ...rowsOf(notice), ''].join('\n'),
});

const worst = (notices: readonly Notice[]): Severity =>
  notices.reduce<Severity>(
    (most, { severity }) => (severities.indexOf(severity) > severities.indexOf(most) ? severity : most),
    'info',
  );

/** Many notices in one mail, oldest first: what a storm comes to. */
export const digestOf = (notices: readonly Notice[]): Letter => {
  const [first] = notices;
  const lines = notices.map(
    ({ at, state, severity, server, text }) =>
      `${at}  ${state.padEnd(5)}  ${severity.padEnd(8)}  ${server ?? '-'}  ${text}`,
  );
  return {
    subject: `[${first?.cluster ?? ''}] ${notices.length} messages, ${worst(notices)} at most`,
    text: [...lines, ''].join('\n'),
  };
};
