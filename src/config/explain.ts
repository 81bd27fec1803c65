import type { z } from 'zod';
import { expectationOf, keysOf, nodeAt, type SchemaNode } from './expectation.ts';
import { unknownWord } from './nearest.ts';
import { type ConfigPath, isPlainKey, toPath } from './problem.ts';
import { isSection, valueAt } from './value.ts';

/** What is wrong at a path, before it is known where in the file that stands. */
export interface Complaint {
  readonly path: ConfigPath;
  readonly message: string;
}

export interface Explained {
  readonly issues: readonly z.core.$ZodIssue[];
  /** The schema that found the issues. */
  readonly schema: SchemaNode;
  /** The value it looked at. */
  readonly value: unknown;
  /** Keys that are good at the root of the value, though the schema does not hold them. */
  readonly alsoKnown?: readonly string[];
}

/** Longest text that a message repeats. */
const maxShown = 40;

const shown = (value: unknown): string => {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (isSection(value)) return 'a section';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > maxShown ? `${value.slice(0, maxShown)}…` : value);
};

const isContainer = (node: SchemaNode): boolean => node.type === 'object' || node.type === 'array';

const wrongValue = (value: unknown, node: SchemaNode | undefined): string => {
  const wanted = node ? expectationOf(node) : 'a valid value';
  if (value === undefined) return `is missing; it must be ${wanted}`;
  if (value === null) return `is empty; it must be ${wanted}`;
  const scalarForContainer = node && isContainer(node) && typeof value !== 'object';
  return scalarForContainer
    ? `must be ${wanted}, not a single value`
    : `must be ${wanted}, not ${shown(value)}`;
};

const unknownKeys = (path: ConfigPath, keys: readonly string[], known: readonly string[]): Complaint[] =>
  keys.map((key) =>
    isPlainKey(key)
      ? { path: [...path, key], message: unknownWord('key', key, known) }
      : { path: [...path, key], message: 'this is not a key; is the space after a colon missing?' },
  );

const badName = (issuePath: ConfigPath, parent: SchemaNode | undefined): Complaint => {
  const names = parent?.propertyNames;
  const wanted = typeof names === 'object' ? expectationOf(names) : 'a valid name';
  return { path: issuePath, message: `this key must be ${wanted}` };
};

const explainOne = (explained: Explained, issue: z.core.$ZodIssue): Complaint[] => {
  const { schema, value, alsoKnown = [] } = explained;
  const path = toPath(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysOf(nodeAt(schema, path));
      return unknownKeys(path, issue.keys, path.length === 0 ? [...known, ...alsoKnown] : known);
    }
    case 'invalid_key':
      return [badName(path, nodeAt(schema, path.slice(0, -1)))];
    case 'custom':
      return [{ path, message: issue.message }];
    default:
      return [{ path, message: wrongValue(valueAt(value, path), nodeAt(schema, path)) }];
  }
};

/** The issues of a schema as sentences for an operator, one for each path. */
export const explain = (explained: Explained): Complaint[] => {
  const byPath = new Map<string, Complaint>();
  for (const complaint of explained.issues.flatMap((issue) => explainOne(explained, issue))) {
    const key = JSON.stringify(complaint.path);
    if (!byPath.has(key)) byPath.set(key, complaint);
  }
  return [...byPath.values()];
};
