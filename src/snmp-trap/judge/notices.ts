import type { TrapNotification } from '../codec/notification.ts';
import type { Ruling } from '../rules/compiled-rule.ts';
import type { PlainValue } from '../rules/plain-value.ts';
import { cleaned } from '../rules/plain-value.ts';
import type { ReadTrap } from '../rules/rule-book.ts';
import type { Notice, SenderNames } from './notice.ts';

/** A trap, its sender as the configuration names it, and what the rules make of it. */
export interface Judged {
  readonly notification: TrapNotification;
  readonly names: SenderNames;
  readonly read: ReadTrap;
}

const longestText = 500;

type Action = Notice['data']['action'];

const senderOf = ({ notification, names }: Judged) => {
  const { source, version, kind, trapOid } = notification;
  return { source: source.address, ...names, version, kind, trapOid };
};

const noticeOf = (judged: Judged, ruling: Ruling, action: Action, key?: string): Notice => {
  const { rule, name, severity, category, keyword, class: kind, text, textJa } = ruling;
  return {
    fingerprint: `${rule} ${action} ${severity}`,
    known: true,
    severity,
    data: {
      ...senderOf(judged),

      rule,
      name,
      action,
      ...(key !== undefined && { key }),
      ...(category !== undefined && { category }),
      ...(keyword !== undefined && { keyword }),
      ...(kind && { class: kind }),
      text,
      ...(textJa !== undefined && { textJa }),
      fields: judged.read.fields,
    },
  };
};

/** The end of a condition. */
export const clearNotice = (judged: Judged, ruling: Ruling, key: string): Notice =>
  noticeOf(judged, ruling, 'clear', key);

/** What a trap says first of all: a condition begins, one is over, or something is only told. */
export const mainNotice = (judged: Judged, ruling: Ruling): Notice => {
  if (ruling.raise !== undefined) return noticeOf(judged, ruling, 'raise', ruling.raise);
  const [first] = ruling.clears;
  return first === undefined ? noticeOf(judged, ruling, 'none') : clearNotice(judged, ruling, first);
};

const listed = (fields: Readonly<Record<string, PlainValue>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');

/** A trap that no rule knows: its varbinds as they are; one for each sender and kind. */
export const unknownNotice = (judged: Judged): Notice => {
  const { notification, read } = judged;
  const { trapOid } = notification;
  const values = listed(read.fields);
  const text = `A trap that no rule knows: ${trapOid}${values === '' ? '' : `; ${values}`}`;
  const textJa = `規則にない SNMP トラップ: ${trapOid}${values === '' ? '' : `; ${values}`}`;
  return {
    fingerprint: 'unknown',
    known: false,
    severity: 'notice',
    data: {
      ...senderOf(judged),
      name: 'unknownTrap',
      action: 'none',
      text: cleaned(text, longestText),
      textJa: cleaned(textJa, longestText),
      fields: read.fields,
    },
  };
};
