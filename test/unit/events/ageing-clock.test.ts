import { expect, it } from 'vitest';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { createAgeingClock } from '../../../src/events/ageing-clock.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const start = () => {
  const clock = createVirtualClock();
  return { clock, now: createAgeingClock(clock), beganMs: clock.wallMs() };
};

it('is the wall time of a clock that goes right, also when it is slewed', async () => {
  const { clock, now } = start();
  for (let look = 0; look < 100; look += 1) {
    await clock.advance(10 * 60_000);
    clock.stepWall(5_000);
    expect(now()).toBe(clock.wallMs());
  }
});

it('believes a step ahead when it has stood for a day', async () => {
  const { clock, now, beganMs } = start();
  clock.stepWall(400 * dayMs);
  expect(now()).toBe(beganMs);
  await clock.advance(dayMs - 1);
  expect(now()).toBe(beganMs + dayMs - 1);
  await clock.advance(1);
  expect(now()).toBe(clock.wallMs());
});

it('is not misled by a mistake that is put right, however often', async () => {
  const { clock, now, beganMs } = start();
  for (let mistake = 0; mistake < 5; mistake += 1) {
    clock.stepWall(400 * dayMs);
    await clock.advance(20 * hourMs);
    expect(now()).toBe(beganMs + clock.nowMs());
    clock.stepWall(-400 * dayMs);
    expect(now()).toBe(beganMs + clock.nowMs());
  }
});

it('follows a step back at once', () => {
  const { clock, now, beganMs } = start();
  clock.stepWall(-3 * dayMs);
  expect(now()).toBe(beganMs - 3 * dayMs);
  clock.stepWall(3 * dayMs);
  expect(now()).toBe(beganMs - 3 * dayMs);
});
