type Bucket<Value> = ReadonlyMap<string, Value>;

/** A power of two: some thousand entries make a handful for each bucket. */
const bucketCount = 256;

/** FNV-1a, 32 bits. */
const hashOf = (key: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 16)) & (bucketCount - 1);
};

/**
 * A map that never changes: {@link with} and {@link without} answer another one, which shares with it what is the same.
 * What changes one entry of thousands copies a few of them, so a fold may hold it. In no order.
 */
export class PersistentMap<Value> implements Iterable<readonly [string, Value]> {
  readonly size: number;
  readonly #buckets: readonly (Bucket<Value> | undefined)[];

  private constructor(buckets: readonly (Bucket<Value> | undefined)[], size: number) {
    this.#buckets = buckets;
    this.size = size;
  }

  static empty<Value>(): PersistentMap<Value> {
    return new PersistentMap<Value>(Array.from({ length: bucketCount }), 0);
  }

  /** With the own entries of a record. */
  static from<Value>(record: Readonly<Record<string, Value>>): PersistentMap<Value> {
    let map = PersistentMap.empty<Value>();
    for (const [key, value] of Object.entries(record)) map = map.with(key, value);
    return map;
  }

  get(key: string): Value | undefined {
    return this.#buckets[hashOf(key)]?.get(key);
  }

  with(key: string, value: Value): PersistentMap<Value> {
    const index = hashOf(key);
    const before = this.#buckets[index];
    const bucket = new Map(before).set(key, value);
    return this.#replaced(index, bucket, bucket.size - (before?.size ?? 0));
  }

  /** The same map where there is no such entry. */
  without(key: string): PersistentMap<Value> {
    const index = hashOf(key);
    const before = this.#buckets[index];
    if (!before?.has(key)) return this;
    const bucket = new Map(before);
    bucket.delete(key);
    return this.#replaced(index, bucket, -1);
  }

  *[Symbol.iterator](): IterableIterator<readonly [string, Value]> {
    for (const bucket of this.#buckets) if (bucket) yield* bucket;
  }

  *values(): IterableIterator<Value> {
    for (const bucket of this.#buckets) if (bucket) yield* bucket.values();
  }

  /** As JSON holds it, and as {@link PersistentMap.from} takes it. */
  toJSON(): Record<string, Value> {
    return Object.fromEntries(this);
  }

  #replaced(index: number, bucket: Bucket<Value>, growth: number): PersistentMap<Value> {
    const buckets = this.#buckets.slice();
    buckets[index] = bucket;
    return new PersistentMap(buckets, this.size + growth);
  }
}
