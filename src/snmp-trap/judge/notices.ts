import { lazy } from '../../core/lazy.ts';
import type { TrapNotification } from '../codec/notification.ts';
import type { Ruling } from '../rules/compiled-rule.ts';
import type { PlainValue } from '../rules/plain-value.ts';
import { cleaned } from '../rules/plain-value.ts';
import type { ReadTrap } from '../rules/read-trap.ts';
import type { Notice, SenderNames, TrapBody } from './notice.ts';

/** A trap, its sender as the configuration names it, and what the rules make of it. */
export interface Judged {
  readonly notification: TrapNotification;
  readonly names: SenderNames;
  readonly read: ReadTrap;
}

const longestText = 500;
const unknownName = 'unknownTrap';

type Action = Notice['action'];

const senderOf = ({ notification, names }: Judged) => {
  const { source, relay, version, kind, trapOid } = notification;
  const via = relay === undefined ? {} : { relay };
  return { source: source.address, ...names, ...via, version, kind, trapOid };
};

const bodyOf = (
  judged: Judged,
  { decision, words }: Ruling,
  action: Action,
  key: string | undefined,
): TrapBody => ({
  ...senderOf(judged),
  rule: decision.rule,
  name: decision.name,
  action,
  ...(key !== undefined && { key }),
  ...(decision.class && { class: decision.class }),
  ...words(),
  fields: judged.read.fields(),
});

const noticeOf = (judged: Judged, ruling: Ruling, action: Action, key?: string): Notice => {
  const { source, trapOid } = judged.notification;
  const { rule, name, severity } = ruling.decision;
  return {
    known: true,
    severity,
    source: source.address,
    trapOid,
    rule,
    name,
    action,
    key,
    body: lazy(() => bodyOf(judged, ruling, action, key)),
  };
};

/** The end of a condition. */
export const clearNotice = (judged: Judged, ruling: Ruling, key: string): Notice =>
  noticeOf(judged, ruling, 'clear', key);

/** What a trap says first of all: a condition begins, one is over, or something is only told. */
export const mainNotice = (judged: Judged, ruling: Ruling): Notice => {
  const { raise, clears } = ruling.decision;
  if (raise !== undefined) return noticeOf(judged, ruling, 'raise', raise);
  const [first] = clears;
  return first === undefined ? noticeOf(judged, ruling, 'none') : clearNotice(judged, ruling, first);
};

const listed = (fields: Readonly<Record<string, PlainValue>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');

const unknownBody = (judged: Judged): TrapBody => {
  const { trapOid } = judged.notification;
  const fields = judged.read.fields();
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
export const unknownNotice = (judged: Judged): Notice => {
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
