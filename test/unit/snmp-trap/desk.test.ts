import { expect, it } from 'vitest';
import { CodedError } from '../../../src/core/errors.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import type { NewEvent } from '../../../src/events/catalogue.ts';
import { createTrapDesk } from '../../../src/snmp-trap/judge/desk.ts';
import { createTrapJudge } from '../../../src/snmp-trap/judge/judge.ts';
import { createRuleBook } from '../../../src/snmp-trap/rules/rule-book.ts';
import { builtInTraps } from './sample-traps.ts';
import { inShort, link, settings } from './traps.ts';

const { byModel } = await builtInTraps();
const book = createRuleBook([...byModel.values()]);

const office = () => {
  const clock = createVirtualClock();
  const recorded: NewEvent[] = [];
  const waiting: (() => void)[] = [];
  const disk = { state: 'good' as 'good' | 'broken' | 'slow' };
  const record = async (event: NewEvent): Promise<void> => {
    if (disk.state === 'broken') throw new CodedError('journal.failed');
    if (disk.state === 'slow') await new Promise<void>((resolve) => waiting.push(resolve));
    recorded.push(event);
  };
  const namesOf = () => ({});
  const judge = createTrapJudge({ clock, rules: () => book, settings, namesOf, open: {} });
  const desk = createTrapDesk({ clock, judge, record });
  return { clock, recorded, disk, desk, answerDisk: () => waiting.splice(0).forEach((go) => void go()) };
};

it('what did not reach the disk was not said: the next try is told', async () => {
  const { desk, disk, recorded } = office();
  disk.state = 'broken';
  await expect(desk.deliver(link(false, 1))).rejects.toMatchObject({ code: 'journal.failed' });
  disk.state = 'good';
  await desk.deliver(link(false, 1));
  expect(inShort(recorded)).toEqual(['raise link/1']);
  disk.state = 'broken';
  await expect(desk.deliver(link(true, 1))).rejects.toMatchObject({ code: 'journal.failed' });
  disk.state = 'good';
  await desk.deliver(link(true, 1));
  expect(inShort(recorded)).toEqual(['raise link/1', 'clear link/1']);
});

it('a repeat of what is on disk waits for nothing, and one of what never reached it is told', async () => {
  const { desk, disk, recorded } = office();
  await desk.deliver(link(false, 1));
  await new Promise((resolve) => setImmediate(resolve));
  expect(desk.deliver(link(false, 1))).toBeUndefined();
  disk.state = 'broken';
  await expect(desk.deliver(link(false, 2))).rejects.toThrow();
  disk.state = 'good';
  await desk.deliver(link(false, 2));
  expect(inShort(recorded)).toEqual(['raise link/1', 'raise link/2']);
});

it('a repeat is not acknowledged before what it repeats is on disk', async () => {
  const { desk, disk, answerDisk, recorded } = office();
  disk.state = 'slow';
  let settled = 0;
  const deliveries = [desk.deliver(link(false, 1)), desk.deliver(link(false, 1))].map((one) =>
    one?.then(() => {
      settled += 1;
    }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  expect(settled).toBe(0);
  answerDisk();
  await Promise.all(deliveries);
  expect([settled, inShort(recorded)]).toEqual([2, ['raise link/1']]);
});

it('time ends rows by itself, and leaves no timer behind', async () => {
  const { desk, clock, recorded } = office();
  await desk.deliver(link(false, 1));
  await desk.deliver(link(false, 1));
  expect(clock.armed()).toBe(1);
  await clock.advance(152_000);
  expect(inShort(recorded)).toEqual(['raise link/1', 'raise link/1 x2']);
  expect(clock.armed()).toBe(0);
});

it('stopping records the counts that are due', async () => {
  const { desk, clock, recorded } = office();
  await desk.deliver(link(false, 1));
  await desk.deliver(link(false, 1));
  await desk.stop();
  expect(inShort(recorded)).toEqual(['raise link/1', 'raise link/1 x2']);
  expect(clock.armed()).toBe(0);
});
