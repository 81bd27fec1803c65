import { expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { inTime } from '../../../src/stop/local/look.ts';

test('a look at a disk that hangs ends at its limit', async () => {
  const clock = createVirtualClock();
  const looked = inTime(clock, 5_000, new Promise<string>(() => undefined));
  await clock.advance(5_000);
  expect(await looked).toEqual({ ok: false, failure: 'the disk did not answer in time' });
  expect(clock.armed()).toBe(0);
});

test('a look that fails says why', async () => {
  const clock = createVirtualClock();
  const looked = inTime(clock, 5_000, Promise.reject(new Error('ENOENT: no such device')));
  expect(await looked).toEqual({ ok: false, failure: 'ENOENT: no such device' });
});

test('a look that succeeds gives what it saw, and leaves no timer', async () => {
  const clock = createVirtualClock();
  expect(await inTime(clock, 5_000, Promise.resolve('/usr/bin/ipmitool'))).toEqual({
    ...{ ok: true, value: '/usr/bin/ipmitool' },
  });
  expect(clock.armed()).toBe(0);
});
