import { expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { createStopTally } from '../../../src/fence/stop-tally.ts';

/** Which servers were stopped lately: what the guard against too many stops rests on. */

const minuteMs = 60_000;

const begin = () => {
  const clock = createVirtualClock();
  const tally = createStopTally(clock);
  return { clock, tally, lately: () => [...tally.within(10 * minuteMs)] };
};

test('a stop counts until its time is over, each server once', async () => {
  const { clock, tally, lately } = begin();
  tally.begun('server1');
  await clock.advance(5 * minuteMs);
  tally.begun('server2');
  tally.begun('server2');
  expect(lately()).toEqual(['server1', 'server2']);
  await clock.advance(5 * minuteMs);
  expect(lately()).toEqual(['server2']);
  await clock.advance(5 * minuteMs);
  expect(lately()).toEqual([]);
});

test('one that began before a restart counts from when it began', () => {
  const { tally, lately } = begin();
  tally.begun('server1', 9 * minuteMs);
  tally.begun('server2', 11 * minuteMs);
  expect(lately()).toEqual(['server1']);
});

test('what is taken back does not count; what the same server went through before does', () => {
  const { tally, lately } = begin();
  tally.begun('server1');
  const again = tally.begun('server1');
  const alone = tally.begun('server2');
  again();
  alone();
  alone();
  expect(lately()).toEqual(['server1']);
});

test('a stop costs the same however many came before it', () => {
  const clock = createVirtualClock();
  let looks = 0;
  const nowMs = () => {
    looks += 1;
    return clock.nowMs();
  };
  const tally = createStopTally({ ...clock, nowMs });
  for (let stop = 0; stop < 1_000; stop += 1) tally.begun('server1');
  // Once for each of them; not once for all that are remembered.
  expect(looks).toBe(1_000);
  expect([...tally.within(minuteMs)]).toEqual(['server1']);
  expect(looks).toBe(1_001);
});
