import { expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { createHangWatch } from '../../../src/events/hang-watch.ts';
import type { JournalNews, JournalTrouble } from '../../../src/events/journal.ts';
import { createCondition } from '../../../src/events/journal-condition.ts';
import { createRelief } from '../../../src/events/relief.ts';

const trouble = (reason: JournalTrouble['reason']): JournalTrouble => ({
  reason,
  message: `it is ${reason}`,
});

const setUp = () => {
  const clock = createVirtualClock();
  const news: JournalNews[] = [];
  return { clock, news, condition: createCondition(clock, (one) => void news.push(one)) };
};

test('trouble is told once, with the moment it began, and so is its end', async () => {
  const { clock, news, condition } = setUp();
  condition.set('store', undefined);
  condition.set('store', trouble('readOnly'));
  await clock.advance(1_000);
  condition.set('store', trouble('readOnly'));
  const since = '2026-01-01T00:00:00.000Z';
  expect(condition.current()).toEqual({ state: 'impaired', since, ...trouble('readOnly') });
  condition.set('store', undefined);
  expect(condition.current()).toEqual({ state: 'ok' });
  expect(news).toEqual([
    { kind: 'impaired', ...trouble('readOnly') },
    { kind: 'recovered', since, reason: 'readOnly' },
  ]);
});

test('a thread that is gone hides what its disk had, which shows again when it is back', () => {
  const { news, condition } = setUp();
  condition.set('store', trouble('fullDisk'));
  condition.set('hang', trouble('hung'));
  condition.set('thread', trouble('threadEnded'));
  condition.set('hang', undefined);
  condition.set('thread', undefined);
  condition.set('store', undefined);
  expect(news.map((one) => (one.kind === 'impaired' ? one.reason : one.kind))).toEqual([
    'fullDisk',
    'hung',
    'threadEnded',
    'fullDisk',
    'recovered',
  ]);
});

test('a call hangs from its limit on, until the last that hangs is answered', async () => {
  const clock = createVirtualClock();
  const changes: boolean[] = [];
  const watched = createHangWatch({
    clock,
    limitMs: 3_000,
    changed: (hanging) => void changes.push(hanging),
  });
  const answers: (() => void)[] = [];
  const ask = () => watched(new Promise<void>((resolve) => void answers.push(resolve)));
  const calls = [ask(), ask(), ask()];
  answers[0]?.();
  await clock.advance(2_999);
  expect(changes).toEqual([]);
  await clock.advance(1);
  expect(changes).toEqual([true]);
  answers[1]?.();
  await clock.advance(0);
  expect(changes).toEqual([true]);
  answers[2]?.();
  await Promise.all(calls);
  expect(changes).toEqual([true, false]);
  expect(clock.armed()).toBe(0);
});

test('relief is looked for ever less often, until it came or nobody wants it', async () => {
  const clock = createVirtualClock();
  const looks: number[] = [];
  let over = false;
  const relief = createRelief({
    clock,
    look: async () => {
      looks.push(clock.nowMs());
      return over;
    },
  });
  relief.start();
  relief.start();
  await clock.advance(4_000);
  expect(looks).toEqual([500, 1_500, 3_500]);
  over = true;
  await clock.advance(10_000);
  expect(looks).toHaveLength(4);
  expect(clock.armed()).toBe(0);
  over = false;
  relief.start();
  await clock.advance(120_000);
  const pauses = looks.map((at, index) => at - (looks[index - 1] ?? 0));
  expect(Math.max(...pauses.slice(5))).toBe(10_000);
  relief.stop();
  expect(clock.armed()).toBe(0);
});
