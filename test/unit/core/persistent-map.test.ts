import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PersistentMap } from '../../../src/core/persistent-map.ts';

/** Few keys, so that entries are replaced and taken out; some are words that objects have already. */
const key = fc.oneof(fc.constantFrom('a', 'b', 'constructor', '__proto__', ''), fc.string({ maxLength: 3 }));
const step = fc.record({ key, value: fc.option(fc.integer(), { nil: undefined }) });

const sorted = <Value>(entries: Iterable<readonly [string, Value]>) =>
  [...entries].sort(([one], [other]) => (one < other ? -1 : 1));

it('is what a Map would be, at every step, and leaves those before it alone', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const model = new Map<string, number>();
      let map = PersistentMap.empty<number>();
      const history: { map: PersistentMap<number>; entries: (readonly [string, number])[] }[] = [];
      for (const { key: one, value } of steps) {
        map = value === undefined ? map.without(one) : map.with(one, value);
        if (value === undefined) model.delete(one);
        else model.set(one, value);
        history.push({ map, entries: sorted(model) });
        expect(map.get(one)).toBe(value);
      }
      for (const { map: then, entries } of history) {
        expect(then.size).toBe(entries.length);
        expect(sorted(then)).toEqual(entries);
        const visited: [string, number][] = [];
        then.forEach((value, one) => void visited.push([one, value]));
        expect(sorted(visited)).toEqual(entries);
        expect([...then.values()].sort()).toEqual(entries.map(([, value]) => value).sort());
      }
    }),
  );
});

it('is the same map where nothing is taken out', () => {
  const map = PersistentMap.from({ a: 1 });
  expect(map.without('b')).toBe(map);
  expect(map.without('constructor')).toBe(map);
});

it('goes through JSON', () => {
  const record = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`key ${index}`, { index }]));
  const text = JSON.stringify(PersistentMap.from(record));
  expect(JSON.parse(text)).toEqual(record);
  expect(PersistentMap.from(JSON.parse(text)).get('key 7')).toEqual({ index: 7 });
});
