import { expect, it } from 'vitest';
import { createAddressBook } from '../../../../src/bridge/noc/address-book.ts';
import { createVirtualClock } from '../../../../src/core/virtual-clock.ts';

const bench = () => {
  const clock = createVirtualClock();
  const asked: string[] = [];
  let answer: (host: string) => Promise<string> = async () => '192.0.2.1';
  const addressOf = createAddressBook({
    clock,
    lookup: (host) => {
      asked.push(host);
      return answer(host);
    },
  });
  return {
    clock,
    asked,
    addressOf,
    answer(next: typeof answer) {
      answer = next;
    },
  };
};
const hangs = () => new Promise<string>(() => {});

it('asks nobody for an address', async () => {
  const { addressOf, asked } = bench();
  expect(await addressOf('192.0.2.9')).toBe('192.0.2.9');
  expect(await addressOf('2001:db8::1')).toBe('2001:db8::1');
  expect(asked).toEqual([]);
});

it('remembers for a minute, and asks once for many', async () => {
  const { addressOf, asked, clock } = bench();
  await Promise.all([addressOf('noc'), addressOf('noc')]);
  await addressOf('noc');
  expect(asked).toEqual(['noc']);
  await clock.advance(60_000);
  await addressOf('noc');
  expect(asked).toHaveLength(2);
});

it('goes on with the last address while the resolver hangs, after three seconds', async () => {
  const { addressOf, answer, clock } = bench();
  await addressOf('noc');
  await clock.advance(60_000);
  answer(hangs);
  const address = addressOf('noc');
  await clock.advance(3_000);
  expect(await address).toBe('192.0.2.1');
});

it('holds one question at a time to a resolver that hangs, and ends each wait', async () => {
  const { addressOf, answer, asked, clock } = bench();
  answer(hangs);
  const waits = Promise.allSettled(['a', 'b', 'c', 'a'].map((host) => addressOf(host)));
  await clock.advance(3_000);
  const ends = await waits;
  expect(ends.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'rejected'));
  expect(asked).toEqual(['a']);
});

it('says why a name has no address', async () => {
  const { addressOf, answer } = bench();
  answer(() => Promise.reject(new Error('ENOTFOUND')));
  await expect(addressOf('noc')).rejects.toThrow('the name noc has no address: ENOTFOUND');
});
