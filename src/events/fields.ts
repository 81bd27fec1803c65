import { z } from 'zod';
import { type EventType, eventCatalogue, eventTypes } from './catalogue.ts';
import { typesMatching } from './glob.ts';

/** What stands inside optional wrappers. */
const bare = (schema: unknown): unknown =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? bare(schema.unwrap()) : schema;

const holds = (schema: unknown, path: readonly string[]): boolean => {
  const [key, ...rest] = path;
  const node = bare(schema);
  if (key === undefined) return !(node instanceof z.ZodObject || node instanceof z.ZodArray);
  if (node instanceof z.ZodRecord) return rest.length === 0;
  return node instanceof z.ZodObject && Object.hasOwn(node.shape, key) && holds(node.shape[key], rest);
};

/** The event types that a rule of external-link monitors may name: all but those of monitors themselves. */
export const typesForRules = (glob: string): EventType[] =>
  typesMatching([glob]).filter((type) => !type.startsWith('monitor.'));

/** Whether data of this type has a single value at the dotted path (`reason.code`), at least in some events. */
export const hasField = (type: EventType, path: string): boolean =>
  holds(eventCatalogue[type].data, path.split('.'));

/** What a configuration may say of events, for the check of its rules. */
export const eventWords = {
  types: typesForRules,
  hasField: (type: string, path: string): boolean =>
    eventTypes.some((known) => known === type && hasField(known, path)),
};
