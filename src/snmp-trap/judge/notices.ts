import { lazy } from '../../core/lazy.ts';
import type { TrapNotification } from '../codec/notification.ts';
import type { Ruling } from '../rules/compiled-rule.ts';
import type { PlainValue } from '../rules/plain-value.ts';
import { cleaned } from '../rules/plain-value.ts';
import type { ReadTrap } from '../rules/rule-book.ts';
import type { Notice, SenderNames, TrapWords } from './notice.ts';

/** A trap, its sender as the configuration names it, and what the rules make of it. */
export interface Judged {
  readonly notification: TrapNotification;
  readonly names: SenderNames;
  readonly read: ReadTrap;
}

const longestText = 500;

type Action = Notice['head']['action'];

const senderOf = ({ notification, names }: Judged) => {
  const { source, version, kind, trapOid } = notification;
  return { source: source.address, ...names, version, kind, trapOid };
};

const noticeOf = (judged: Judged, ruling: Ruling, action: Action, key?: string): Notice => {
  const { rule, name, severity, class: kind, words } = ruling;
  return {
    fingerprint: `${rule} ${action} ${severity}`,
    known: true,
    severity,
    head: {
      ...senderOf(judged),
      rule,
      name,
      action,
      ...(key !== undefined && { key }),
      ...(kind && { class: kind }),
    },
    words: lazy(() => ({ ...words(), fields: judged.read.fields() })),
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

const unknownWords = (trapOid: string, fields: TrapWords['fields']): TrapWords => {
  const values = listed(fields);
  const ending = values === '' ? trapOid : `${trapOid}; ${values}`;
  return {
    text: cleaned(`A trap that no rule knows: ${ending}`, longestText),
    textJa: cleaned(`規則にない SNMP トラップ: ${ending}`, longestText),
    fields,
  };
};

/** A trap that no rule knows: its varbinds as they are; one for each sender and kind. */
export const unknownNotice = (judged: Judged): Notice => {
  const { notification, read } = judged;
  return {
    fingerprint: 'unknown',
    known: false,
    severity: 'notice',
    head: { ...senderOf(judged), name: 'unknownTrap', action: 'none' },
    words: lazy(() => unknownWords(notification.trapOid, read.fields())),
  };
};
