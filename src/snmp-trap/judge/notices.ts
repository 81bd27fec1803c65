import { lazy } from '../../core/lazy.ts';
import type { TrapNotification } from '../codec/notification.ts';
import type { PlainValue } from '../rules/plain-value.ts';
import { cleaned } from '../rules/plain-value.ts';
import type { KnownTrap, UnknownTrap } from '../rules/read-trap.ts';
import type { Notice, SenderNames, TrapBody } from './notice.ts';

/** A trap, its sender as the configuration names it, and what the rules make of it. */
export interface Judged<Read extends KnownTrap | UnknownTrap = KnownTrap | UnknownTrap> {
  readonly notification: TrapNotification;
  readonly names: SenderNames;
  readonly read: Read;
}

const longestText = 500;
const unknownName = 'unknownTrap';

type Action = Notice['action'];

const senderOf = ({ notification, names }: Judged) => {
  const { source, relay, version, kind, trapOid } = notification;
  const via = relay === undefined ? {} : { relay };
  return { source: source.address, ...names, ...via, version, kind, trapOid };
};

const bodyOf = (judged: Judged<KnownTrap>, action: Action, key: string | undefined): TrapBody => {
  const { decision, content } = judged.read;
  const { words, fields } = content();
  return {
    ...senderOf(judged),
    rule: decision.rule,
    name: decision.name,
    action,
    ...(key !== undefined && { key }),
    ...(decision.class && { class: decision.class }),
    ...words,
    fields,
  };
};

const noticeOf = (judged: Judged<KnownTrap>, action: Action, key?: string): Notice => {
  const { source, trapOid } = judged.notification;
  const { rule, name, severity } = judged.read.decision;
  return {
    known: true,
    severity,
    source: source.address,
    trapOid,
    rule,
    name,
    action,
    key,
    body: lazy(() => bodyOf(judged, action, key)),
  };
};

/** The end of a condition. */
export const clearNotice = (judged: Judged<KnownTrap>, key: string): Notice => noticeOf(judged, 'clear', key);

/** What a trap says first of all: a condition begins, one is over, or something is only told. */
export const mainNotice = (judged: Judged<KnownTrap>): Notice => {
  const { raise, clears } = judged.read.decision;
  if (raise !== undefined) return noticeOf(judged, 'raise', raise);
  const [first] = clears;
  return first === undefined ? noticeOf(judged, 'none') : clearNotice(judged, first);
};

const listed = (fields: Readonly<Record<string, PlainValue>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');

const unknownBody = (judged: Judged<UnknownTrap>): TrapBody => {
  const { trapOid } = judged.notification;
  const { fields } = judged.read.content();
  const values = listed(fields);
  const ending = values === '' ? trapOid : `${trapOid}; ${values}`;
  return {
    ...senderOf(judged),
    name: unknownName,
    action: 'none',
    text: cleaned(`A trap that no rule knows: ${ending}`, longestText),
    textJa: cleaned(`規則にない SNMP トラップ: ${ending}`, longestText),
    fields,
  };
};

/** A trap that no rule knows: its varbinds as they are; one for each sender and kind. */
export const unknownNotice = (judged: Judged<UnknownTrap>): Notice => {
  const { source, trapOid } = judged.notification;
  return {
    known: false,
    severity: 'notice',
    source: source.address,
    trapOid,
    rule: undefined,
    name: unknownName,
    action: 'none',
    key: undefined,
    body: lazy(() => unknownBody(judged)),
  };
};
