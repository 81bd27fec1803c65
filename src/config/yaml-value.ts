import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import { type ConfigPath, isPlainKey } from './problem.ts';

/** One key of a section or one index of a list: where it stands, and its value. */
export interface Entry {
  readonly offset: number;
  readonly value: unknown;
}

/** The entries of every section and list, by the object they became. */
export type Entries = WeakMap<object, ReadonlyMap<string | number, Entry>>;

/** The entry of a value under a key, or undefined where the value has none. */
export const entryOf = (entries: Entries, value: unknown, key: string | number): Entry | undefined =>
  typeof value === 'object' && value !== null ? entries.get(value)?.get(key) : undefined;

export interface ValueProblem {
  readonly offset: number;
  readonly path: ConfigPath;
  readonly message: string;
}

/** Most values a file may come to with its aliases written out; aliases of aliases grow without bound. */
const maxValues = 100_000;

interface Walk {
  readonly entries: Entries;
  readonly problems: ValueProblem[];
  /** What each anchor named so far stands for, and how many values that is. */
  readonly anchors: Map<string, { value: unknown; size: number }>;
  /** Values so far, aliases written out. */
  size: number;
}

const offsetOf = (node: unknown): number => {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : 0;
};

/** The text of a key as it was written (so that `010` stays `010`); undefined for lists, aliases and nothing. */
const keyText = (key: unknown): string | undefined => {
  if (!isScalar(key) || key.value === null) return undefined;
  return typeof key.value === 'string' ? key.value : key.source;
};

const keyFault = (name: string | undefined, seen: ReadonlyMap<string, Entry>): string | undefined => {
  if (name === undefined) return 'a key must be plain text';
  if (name === '<<') return 'merge keys (<<) are not read; write the keys out';
  if (name === '__proto__') return 'this word cannot be a key';
  if (seen.has(name)) {
    return isPlainKey(name)
      ? `the key "${name}" is given twice in this section`
      : 'a key is given twice in this section';
  }
  return undefined;
};

const mapping = (walk: Walk, node: YAMLMap.Parsed, path: ConfigPath): unknown => {
  const members = new Map<string, Entry>();
  for (const pair of node.items) {
    const offset = offsetOf(pair.key);
    const name = keyText(pair.key);
    const message = keyFault(name, members);
    if (name === undefined || message !== undefined) {
      walk.problems.push({ offset, path, message: message ?? '' });
      continue;
    }
    members.set(name, { offset, value: convert(walk, pair.value, [...path, name]) });
  }
  const value = Object.fromEntries([...members].map(([name, entry]) => [name, entry.value]));
  walk.entries.set(value, members);
  return value;
};

const list = (walk: Walk, node: YAMLSeq.Parsed, path: ConfigPath): unknown => {
  const members = node.items.map((item, index) => ({
    offset: offsetOf(item),
    value: convert(walk, item, [...path, index]),
  }));
  const value = members.map((entry) => entry.value);
  walk.entries.set(value, new Map(members.entries()));
  return value;
};

const content = (walk: Walk, node: ParsedNode | null, path: ConfigPath): unknown => {
  if (isAlias(node)) {
    const target = walk.anchors.get(node.source);
    walk.size += target?.size ?? 0;
    if (!target) {
      const message = 'this *alias names no &anchor above it';
      walk.problems.push({ offset: offsetOf(node), path, message });
    }
    return target?.value ?? null;
  }
  if (isMap(node)) return mapping(walk, node, path);
  if (isSeq(node)) return list(walk, node, path);
  return isScalar(node) ? node.value : null;
};

const convert = (walk: Walk, node: ParsedNode | null, path: ConfigPath): unknown => {
  const before = walk.size;
  walk.size += 1;
  const value = content(walk, node, path);
  const anchor = node && 'anchor' in node ? node.anchor : undefined;
  if (typeof anchor === 'string') walk.anchors.set(anchor, { value, size: walk.size - before });
  return value;
};

/**
 * A composed document as plain objects and lists, remembering where each entry stood. An alias shares
 * the value of its anchor, which is complete by then: nothing can contain itself.
 */
export const toValue = (
  root: ParsedNode | null,
): { value: unknown; entries: Entries; problems: readonly ValueProblem[] } => {
  const walk: Walk = { entries: new WeakMap(), problems: [], anchors: new Map(), size: 0 };
  const value = convert(walk, root, []);
  if (walk.size <= maxValues) return { value, entries: walk.entries, problems: walk.problems };
  const message = `the file has more than ${maxValues} values`;
  return { value: undefined, entries: walk.entries, problems: [{ offset: 0, path: [], message }] };
};
