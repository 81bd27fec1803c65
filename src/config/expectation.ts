import { z } from 'zod';
import type { ConfigPath } from './problem.ts';
import { isSection } from './value.ts';

/**
 * The JSON Schema of a key: the one source of both the error messages and docs/config.md.
 * A schema whose form is not told by its bounds says it in words with `.meta({ expects: '…' })`.
 */
export type SchemaNode = z.core.JSONSchema.BaseSchema;

/** The JSON Schema of what an operator may write for a zod schema. */
export const schemaNodeOf = (schema: z.ZodType): SchemaNode =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });

const asNode = (value: unknown): SchemaNode | undefined => (isSection(value) ? value : undefined);

const childOf = (node: SchemaNode, key: string | number): SchemaNode | undefined => {
  if (typeof key === 'number') return asNode(node.prefixItems?.[key]) ?? asNode(node.items);
  const properties = node.properties ?? {};
  return Object.hasOwn(properties, key) ? asNode(properties[key]) : asNode(node.additionalProperties);
};

/** The node that describes a path; undefined where the schema says nothing of it. */
export const nodeAt = (root: SchemaNode, path: ConfigPath): SchemaNode | undefined => {
  let node: SchemaNode | undefined = root;
  for (const key of path) {
    const alternatives: SchemaNode[] = node.anyOf ?? node.oneOf ?? [node];
    node = alternatives.map((alternative) => childOf(alternative, key)).find((child) => child !== undefined);
    if (!node) return undefined;
  }
  return node;
};

/** The keys a section may hold, in the order of the schema. */
export const keysOf = (node: SchemaNode | undefined): string[] => Object.keys(node?.properties ?? {});

/** Bounds that only say "a safe integer" say nothing to an operator. */
const bound = (value: number | undefined): number | undefined =>
  value === undefined || Math.abs(value) === Number.MAX_SAFE_INTEGER ? undefined : value;

const range = (what: string, low: number | undefined, high: number | undefined): string => {
  if (low !== undefined && high !== undefined) return `${what} from ${low} to ${high}`;
  if (low !== undefined) return `${what} of at least ${low}`;
  return high !== undefined ? `${what} of at most ${high}` : what;
};

const sized = (what: string, unit: string, low: number | undefined, high: number | undefined): string => {
  if (low !== undefined && high !== undefined) return `${what} of ${low} to ${high} ${unit}s`;
  if (low !== undefined) return `${what} of at least ${low} ${unit}${low === 1 ? '' : 's'}`;
  return high !== undefined ? `${what} of at most ${high} ${unit}${high === 1 ? '' : 's'}` : what;
};

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

const byType = (node: SchemaNode): string => {
  switch (node.type) {
    case 'integer':
      return range('a whole number', bound(node.minimum), bound(node.maximum));
    case 'number':
      return range('a number', node.minimum, node.maximum);
    case 'string':
      return sized('text', 'character', node.minLength, node.maxLength);
    case 'boolean':
      return 'true or false';
    case 'array': {
      const list = sized('a list', 'item', node.minItems, node.maxItems);
      const items = asNode(node.items);
      return items ? `${list}, each ${expectationOf(items)}` : list;
    }
    case 'object':
      return 'a section';
    default:
      return 'a valid value';
  }
};

/** What may stand at a node, as the end of the sentence "it must be …". */
export const expectationOf = (node: SchemaNode): string => {
  if (typeof node.expects === 'string') return node.expects;
  if (node.const !== undefined) return String(node.const);
  if (node.enum) return listed(node.enum.map(String));
  const alternatives = node.anyOf ?? node.oneOf;
  return alternatives ? listed(alternatives.map(expectationOf)) : byType(node);
};
