type Bucket<Value> = ReadonlyMap<string, Value>;
type Branch<Value> = readonly (Bucket<Value> | undefined)[];

/** Branches, and buckets of a branch: some thousand entries make a handful for each bucket. */
const width = 16;
const mask = width - 1;
const empties = <Item>(): (Item | undefined)[] => Array.from({ length: width });

/** FNV-1a, 32 bits, folded to 8. */
const hashOf = (key: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  hash ^= hash >>> 16;
  return (hash ^ (hash >>> 8)) & 0xff;
};

/**
 * A map that never changes: {@link with} and {@link without} answer another one, which shares with it what is the same.
 * What changes one entry of thousands copies a few of them, so a fold may hold it. In no order.
 */
export class PersistentMap<Value> implements Iterable<readonly [string, Value]> {
  readonly size: number;
  readonly #branches: readonly (Branch<Value> | undefined)[];

  private constructor(branches: readonly (Branch<Value> | undefined)[], size: number) {
    this.#branches = branches;
    this.size = size;
  }

  static empty<Value>(): PersistentMap<Value> {
    return new PersistentMap<Value>(empties(), 0);
  }

  /** With the own entries of a record. */
  static from<Value>(record: Readonly<Record<string, Value>>): PersistentMap<Value> {
    let map = PersistentMap.empty<Value>();
    for (const [key, value] of Object.entries(record)) map = map.with(key, value);
    return map;
  }

  get(key: string): Value | undefined {
    return this.#bucket(hashOf(key))?.get(key);
  }

  with(key: string, value: Value): PersistentMap<Value> {
    const hash = hashOf(key);
    const before = this.#bucket(hash);
    const bucket = new Map(before).set(key, value);
    return this.#replaced(hash, bucket, bucket.size - (before?.size ?? 0));
  }

  /** The same map where there is no such entry. */
  without(key: string): PersistentMap<Value> {
    const hash = hashOf(key);
    const before = this.#bucket(hash);
    if (!before?.has(key)) return this;
    const bucket = new Map(before);
    bucket.delete(key);
    return this.#replaced(hash, bucket, -1);
  }

  *[Symbol.iterator](): IterableIterator<readonly [string, Value]> {
    for (const branch of this.#branches) for (const bucket of branch ?? []) if (bucket) yield* bucket;
  }

  *values(): IterableIterator<Value> {
    for (const [, value] of this) yield value;
  }

  forEach(visit: (value: Value, key: string) => void): void {
    for (const branch of this.#branches) for (const bucket of branch ?? []) bucket?.forEach(visit);
  }

  /** As JSON holds it, and as {@link PersistentMap.from} takes it. */
  toJSON(): Record<string, Value> {
    return Object.fromEntries(this);
  }

  #bucket(hash: number): Bucket<Value> | undefined {
    return this.#branches[hash >> 4]?.[hash & mask];
  }

  #replaced(hash: number, bucket: Bucket<Value>, growth: number): PersistentMap<Value> {
    const branches = this.#branches.slice();
    const branch = branches[hash >> 4]?.slice() ?? empties();
    branch[hash & mask] = bucket;
    branches[hash >> 4] = branch;
    return new PersistentMap(branches, this.size + growth);
  }
}
