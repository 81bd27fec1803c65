import type { Varbind } from '../codec/notification.ts';
import type { Decision, RuleWords } from './compiled-rule.ts';
import { type PlainValue, plainValue } from './plain-value.ts';

/** Named values of a trap, and varbinds without a name by their OID; bounded. */
export type TrapFields = Readonly<Record<string, PlainValue>>;

/** A trap that a rule knows. What an event tells of it is put together when it is asked for: most traps are repeats. */
export interface KnownTrap {
  readonly decision: Decision;
  readonly content: () => { readonly words: RuleWords; readonly fields: TrapFields };
}

/** A trap that no rule knows. */
export interface UnknownTrap {
  readonly decision: undefined;
  readonly content: () => { readonly fields: TrapFields };
}

/** A trap as the rules read it. */
export type ReadTrap = (KnownTrap | UnknownTrap) & {
  /** The same for a trap that its sender sends again. */
  readonly retryIdentity: string | undefined;
};

/** Most fields of an event. */
const mostFields = 32;

/** Whether an OID is an object, or an instance of it. */
export const isInstance = (oid: string, object: string): boolean =>
  oid.startsWith(object) && (oid.length === object.length || oid[object.length] === '.');

/** What an event says of a trap: its values, and then those of `varbinds` that are none of `objects`. */
export const fieldsOf = (
  values: Iterable<readonly [string, PlainValue | readonly string[]]>,
  varbinds: readonly Varbind[],
  objects: readonly string[],
): TrapFields => {
  const fields: Record<string, PlainValue> = {};
  let room = mostFields;
  const put = (name: string, value: PlainValue): void => {
    if (!Object.hasOwn(fields, name)) room -= 1;
    if (room >= 0) fields[name] = value;
  };
  for (const [name, value] of values) if (typeof value !== 'object') put(name, value);
  for (const varbind of varbinds) {
    if (room <= 0) break;
    if (!objects.some((object) => isInstance(varbind.oid, object))) put(varbind.oid, plainValue(varbind));
  }
  return fields;
};
