import type { TrapDefinition, TrapRule } from '../../config/trap-schema.ts';
import type { TrapNotification, Varbind } from '../codec/notification.ts';
import { petSeverityOf } from '../pet/meaning.ts';
import { retryIdentityOf } from '../pet/record.ts';
import { petEnterprise } from '../pet/specific-trap.ts';
import { petEntries, petOf, petValueNames, petValues } from '../pet/values.ts';
import { type CompiledRule, compileRule, type Ruling } from './compiled-rule.ts';
import { type PlainValue, plainValue } from './plain-value.ts';
import type { Values } from './template.ts';

/** Values that each format knows without a varbind, for the loader of the definitions. */
export const formatValues: Readonly<Record<TrapDefinition['format'], readonly string[]>> = {
  plain: ['specific'],
  pet: petValueNames,
};

/** A trap as the rules read it. */
export interface ReadTrap {
  /** What the rule that matched makes of it; missing where no rule knows it. */
  readonly ruling?: Ruling;
  /** Named values, and varbinds without a name by their OID; bounded. Made when asked for. */
  readonly fields: () => Readonly<Record<string, PlainValue>>;
  /** The same for a trap that its sender sends again. */
  readonly retryIdentity?: string;
}

export interface RuleBook {
  read(notification: TrapNotification): ReadTrap;
}

/** Most fields of an event. */
const mostFields = 32;

interface Chapter {
  readonly definition: TrapDefinition;
  readonly rules: readonly CompiledRule[];
}

const arcsOf = (rule: TrapRule, definition: TrapDefinition): string[] => {
  if (definition.format === 'pet') return [petEnterprise];
  if (rule.trapOid !== undefined) return [rule.trapOid];
  const enterprise = rule.enterprise ?? definition.enterprise;
  return (rule.specific ?? []).flatMap((specific) => [
    `${enterprise}.${specific}`,
    `${enterprise}.0.${specific}`,
  ]);
};

/** Chapters by trap OID: a trap meets only the rules that name its OID, however many others there are. */
const indexOf = (definitions: readonly TrapDefinition[]): ReadonlyMap<string, readonly Chapter[]> => {
  const index = new Map<string, Chapter[]>();
  for (const definition of definitions) {
    const own = new Map<string, CompiledRule[]>();
    for (const rule of definition.rules) {
      const compiled = compileRule(rule, definition);
      for (const arc of arcsOf(rule, definition)) {
        const there = own.get(arc);
        if (there) there.push(compiled);
        else own.set(arc, [compiled]);
      }
    }
    for (const [arc, rules] of own) index.set(arc, [...(index.get(arc) ?? []), { definition, rules }]);
  }
  return index;
};

const isInstance = (oid: string, object: string): boolean =>
  oid.startsWith(object) && (oid.length === object.length || oid[object.length] === '.');

const lastArc = (oid: string): number => Number(oid.slice(oid.lastIndexOf('.') + 1));

const namedValues = ({ values }: TrapDefinition, notification: TrapNotification): Map<string, PlainValue> => {
  const found = new Map<string, PlainValue>();
  for (const [name, { oid }] of Object.entries(values)) {
    const varbind =
      oid === undefined ? undefined : notification.varbinds.find((one) => isInstance(one.oid, oid));
    if (varbind) found.set(name, plainValue(varbind));
  }
  found.set('specific', notification.v1?.specific ?? lastArc(notification.trapOid));
  return found;
};

const fieldsOf = (
  values: Iterable<readonly [string, PlainValue | readonly string[]]>,
  varbinds: readonly Varbind[],
  named: readonly string[],
): Record<string, PlainValue> => {
  const fields = new Map<string, PlainValue>();
  for (const [name, value] of values) if (typeof value !== 'object') fields.set(name, value);
  for (const varbind of varbinds) {
    if (fields.size >= mostFields) break;
    if (!named.some((object) => isInstance(varbind.oid, object)))
      fields.set(varbind.oid, plainValue(varbind));
  }
  return Object.fromEntries([...fields].slice(0, mostFields));
};

const matching = (chapters: readonly Chapter[], values: Values): CompiledRule | undefined => {
  for (const { rules } of chapters) {
    const rule = rules.find(({ matches }) => matches(values));
    if (rule) return rule;
  }
  return undefined;
};

const readPet = (chapters: readonly Chapter[], notification: TrapNotification): ReadTrap | undefined => {
  const pet = petOf(notification);
  if (!pet) return undefined;
  const values = petValues(pet);
  const rule = matching(chapters, values);
  const retryIdentity = pet.record && retryIdentityOf(pet.record, pet.specific);
  return {
    fields: () => fieldsOf(petEntries(pet), pet.record ? [] : notification.varbinds, []),
    ...(rule && { ruling: rule.ruling(values, petSeverityOf(pet.meaning)) }),
    ...(retryIdentity !== undefined && { retryIdentity }),
  };
};

const readPlain = (chapters: readonly Chapter[], notification: TrapNotification): ReadTrap => {
  for (const { definition, rules } of chapters) {
    const values = namedValues(definition, notification);
    const rule = rules.find(({ matches }) => matches(values));
    if (!rule) continue;
    const objects = Object.values(definition.values).flatMap(({ oid }) => oid ?? []);
    return {
      fields: () => fieldsOf(values, notification.varbinds, objects),
      ruling: rule.ruling(values, 'notice'),
    };
  }
  return { fields: () => fieldsOf([], notification.varbinds, []) };
};

/**
 * The rules of all definitions, in their order: where two know one trap, the first has the first word. One look-up
 * finds the rules of a trap, so that neither many rules nor unknown traps cost anything.
 */
export const createRuleBook = (definitions: readonly TrapDefinition[]): RuleBook => {
  const index = indexOf(definitions);
  const none: readonly Chapter[] = [];
  return {
    read: (notification) =>
      readPet(index.get(petEnterprise) ?? none, notification) ??
      readPlain(index.get(notification.trapOid) ?? none, notification),
  };
};
