import { lazy } from '../../core/lazy.ts';
import type { TrapNotification } from '../codec/notification.ts';
import { petSeverityOf } from '../pet/meaning.ts';
import { retryIdentityOf } from '../pet/record.ts';
import {
  type Pet,
  petEntries,
  petStateKey,
  petStateValues,
  petValues,
  type RawPet,
  rawPetOf,
  readPet,
} from '../pet/values.ts';
import { type Chapter, matching } from './chapter.ts';
import type { CompiledRule, Decision } from './compiled-rule.ts';
import { fieldsOf, type ReadTrap } from './read-trap.ts';

/** A rule, and what it decides. */
interface Decided {
  readonly rule: CompiledRule;
  readonly decision: Decision;
}

/** States of sensors whose decisions are remembered: those of a hundred servers, some 30 sensors each. */
const mostRemembered = 4096;

/**
 * Reads Platform Event Traps. A state of a sensor comes again and again, each time with another sequence and time, so
 * what the rules decide of it is remembered, where they decide by nothing else.
 */
export const createPetReader = (chapters: readonly Chapter[]) => {
  const byStateAlone = chapters.every(({ rules }) =>
    rules.every(({ decidesBy }) => decidesBy.every((name) => petStateValues.has(name))),
  );
  const remembered = new Map<string, Decided | undefined>();

  const decide = (pet: Pet): Decided | undefined => {
    const values = petValues(pet);
    const rule = matching(chapters, values);
    return rule && { rule, decision: rule.decide(values, petSeverityOf(pet.meaning)) };
  };
  const decidedOf = (raw: RawPet, pet: () => Pet): Decided | undefined => {
    if (!byStateAlone) return decide(pet());
    const key = petStateKey(raw);
    if (remembered.has(key)) return remembered.get(key);
    const found = decide(pet());
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(key, found);
    return found;
  };

  /** Undefined where the notification is no Platform Event Trap. */
  return (notification: TrapNotification): ReadTrap | undefined => {
    const raw = rawPetOf(notification);
    if (!raw) return undefined;
    const pet = lazy(() => readPet(raw));
    const decided = decidedOf(raw, pet);
    return {
      ruling: decided && {
        decision: decided.decision,
        words: () => decided.rule.words(petValues(pet())),
      },
      fields: () => fieldsOf(petEntries(pet()), pet().record ? [] : notification.varbinds, []),
      retryIdentity: raw.bytes && retryIdentityOf(raw.bytes, raw.specific),
    };
  };
};
