import { createMemo } from '../../core/memo.ts';
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
import { fieldsOf, type ReadTrap, type TrapFields } from './read-trap.ts';

/** The rule that knows a state of a sensor, and what it decides; none where no rule does. */
interface Verdict {
  readonly known?: { readonly rule: CompiledRule; readonly decision: Decision };
}

/** States of sensors whose verdicts are remembered: those of a hundred servers, some 30 sensors each. */
const mostRemembered = 4096;

const fieldsOfPet = (pet: Pet, notification: TrapNotification): TrapFields =>
  fieldsOf(petEntries(pet), pet.record ? [] : notification.varbinds, []);

const readTrap = ({ known }: Verdict, raw: RawPet, notification: TrapNotification): ReadTrap => {
  const retryIdentity = raw.bytes && retryIdentityOf(raw.bytes, raw.specific);
  if (!known) {
    const content = () => ({ fields: fieldsOfPet(readPet(raw), notification) });
    return { retryIdentity, decision: undefined, content };
  }
  const { rule, decision } = known;
  return {
    retryIdentity,
    decision,
    content() {
      const pet = readPet(raw);
      return { words: rule.words(petValues(pet)), fields: fieldsOfPet(pet, notification) };
    },
  };
};

/**
 * Reads Platform Event Traps. A state of a sensor comes again and again, each time with another sequence and time, so
 * what the rules decide of it is remembered, where they decide by nothing else.
 */
export const createPetReader = (chapters: readonly Chapter[]) => {
  const byStateAlone = chapters.every(({ rules }) =>
    rules.every(({ decidesBy }) => decidesBy.every((name) => petStateValues.has(name))),
  );
  const remembered = createMemo<Verdict>(mostRemembered);

  const decide = (raw: RawPet): Verdict => {
    const pet = readPet(raw);
    const values = petValues(pet);
    const rule = matching(chapters, values);
    return rule ? { known: { rule, decision: rule.decide(values, petSeverityOf(pet.meaning)) } } : {};
  };
  const verdictOf = (raw: RawPet): Verdict => {
    if (!byStateAlone) return decide(raw);
    const key = petStateKey(raw);
    const before = remembered.get(key);
    if (before) return before;
    const verdict = decide(raw);
    remembered.remember(key, verdict);
    return verdict;
  };

  /** Undefined where the notification is no Platform Event Trap. */
  return (notification: TrapNotification): ReadTrap | undefined => {
    const raw = rawPetOf(notification);
    return raw && readTrap(verdictOf(raw), raw, notification);
  };
};
