import type { TrapDefinition } from '../../config/trap-schema.ts';
import type { TrapNotification } from '../codec/notification.ts';
import { petEnterprise } from '../pet/specific-trap.ts';
import { petValueNames } from '../pet/values.ts';
import { type Chapter, chaptersByOid } from './chapter.ts';
import { createPetReader } from './pet-reader.ts';
import { type PlainValue, plainValue } from './plain-value.ts';
import { fieldsOf, isInstance, type ReadTrap } from './read-trap.ts';

/** Values that each format knows without a varbind, for the loader of the definitions. */
export const formatValues: Readonly<Record<TrapDefinition['format'], readonly string[]>> = {
  plain: ['specific'],
  pet: petValueNames,
};

export interface RuleBook {
  read(notification: TrapNotification): ReadTrap;
}

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

const readPlain = (chapters: readonly Chapter[], notification: TrapNotification): ReadTrap => {
  for (const { definition, objects, rules } of chapters) {
    const values = namedValues(definition, notification);
    const rule = rules.find(({ matches }) => matches(values));
    if (!rule) continue;
    return {
      retryIdentity: undefined,
      decision: rule.decide(values, 'notice'),
      content: () => ({
        words: rule.words(values),
        fields: fieldsOf(values, notification.varbinds, objects),
      }),
    };
  }
  const content = () => ({ fields: fieldsOf([], notification.varbinds, []) });
  return { retryIdentity: undefined, decision: undefined, content };
};

/**
 * The rules of all definitions, in their order: where two know one trap, the first has the first word. One look-up
 * finds the rules of a trap, so that neither many rules nor unknown traps cost anything.
 */
export const createRuleBook = (definitions: readonly TrapDefinition[]): RuleBook => {
  const byOid = chaptersByOid(definitions);
  const none: readonly Chapter[] = [];
  const readPet = createPetReader(byOid.get(petEnterprise) ?? none);
  return {
    read: (notification) =>
      readPet(notification) ?? readPlain(byOid.get(notification.trapOid) ?? none, notification),
  };
};
