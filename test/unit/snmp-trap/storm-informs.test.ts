import { expect, it } from 'vitest';
import { CodedError } from '../../../src/core/errors.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import type { NewEvent } from '../../../src/events/catalogue.ts';
import type { TrapNotification } from '../../../src/snmp-trap/codec/notification.ts';
import { createTrapDesk } from '../../../src/snmp-trap/judge/desk.ts';
import { createTrapJudge } from '../../../src/snmp-trap/judge/judge.ts';
import { limits } from '../../../src/snmp-trap/judge/settings.ts';
import { createRuleBook } from '../../../src/snmp-trap/rules/rule-book.ts';
import { builtInTraps, notificationOf, samplesOf } from './sample-traps.ts';
import { inShort, link, settings, trapOf } from './traps.ts';

const { byModel } = await builtInTraps();
const book = createRuleBook([...byModel.values()]);
const windowMs = settings.storm.windowSeconds * 1000;

const asInform = (trap: TrapNotification): TrapNotification => ({ ...trap, kind: 'inform' });
const coldStart = () => trapOf('1.3.6.1.6.3.1.1.5.1');

/** A desk in the storm of one sender, at the beginning of its window. */
const inStorm = async () => {
  const clock = createVirtualClock();
  const recorded: NewEvent[] = [];
  const disk: { state: 'good' | 'broken' | 'slow'; waiting: (() => void)[] } = { state: 'good', waiting: [] };
  const record = async (event: NewEvent): Promise<void> => {
    if (disk.state === 'broken') throw new CodedError('journal.failed');
    if (disk.state === 'slow') await new Promise<void>((resolve) => disk.waiting.push(resolve));
    recorded.push(event);
  };
  const judge = createTrapJudge({ clock, rules: () => book, settings, namesOf: () => ({}), open: {} });
  const desk = createTrapDesk({ clock, judge, record });
  for (let index = 0; index <= 100; index += 1) await desk.deliver(link(false, 1000 + index));
  recorded.splice(0);
  /** `waits`, `done` or `refused`, as it is now. */
  const deliver = (trap: TrapNotification) => {
    const delivery = { state: 'waits' as 'waits' | 'done' | 'refused' };
    Promise.resolve(desk.deliver(trap)).then(
      () => {
        delivery.state = 'done';
      },
      () => {
        delivery.state = 'refused';
      },
    );
    return delivery;
  };
  /** Lets what can go on do so, without time. */
  const settle = () => clock.advance(0);
  return { clock, recorded, disk, judge, desk, deliver, settle };
};

it('an inform whose condition waits is settled once that is on disk, and a trap at once', async () => {
  const { clock, recorded, deliver, settle, disk, judge } = await inStorm();
  const trap = deliver(link(false, 1));
  const inform = deliver(asInform(link(false, 2)));
  await settle();
  expect([trap.state, inform.state, inShort(recorded)]).toEqual(['done', 'waits', []]);
  await clock.advance(windowMs - 1_001);
  expect(inform.state).toBe('waits');
  disk.state = 'slow';
  await clock.advance(1_001);
  expect(inform.state).toBe('waits');
  for (const answer of disk.waiting) answer();
  await settle();
  expect(inform.state).toBe('done');
  expect(inShort(recorded)).toEqual(expect.arrayContaining(['raise link/1', 'raise link/2']));
  expect(judge.sizes().waitingInforms).toBe(0);
});

it('a trap that is to be answered in another way waits as an inform does', async () => {
  const { clock, recorded, desk, settle } = await inStorm();
  let isTold = false;
  void desk.deliver(link(false, 1), true)?.then(() => {
    isTold = true;
  });
  await settle();
  expect(isTold).toBe(false);
  await clock.advance(windowMs);
  await settle();
  expect([isTold, inShort(recorded)]).toEqual([true, expect.arrayContaining(['raise link/1'])]);
});

it('is refused where the disk does not take it, and told when it comes again', async () => {
  const { clock, recorded, deliver, settle, disk } = await inStorm();
  const inform = deliver(asInform(link(false, 2)));
  disk.state = 'broken';
  await clock.advance(windowMs);
  expect(inform.state).toBe('refused');
  disk.state = 'good';
  const again = deliver(asInform(link(false, 2)));
  await clock.advance(2 * windowMs);
  await settle();
  expect(again.state).toBe('done');
  expect(inShort(recorded).filter((line) => line === 'raise link/2')).toHaveLength(1);
});

it('is settled when its condition ends before it was told: both are only counted', async () => {
  const { clock, recorded, deliver, settle, judge } = await inStorm();
  const raise = deliver(asInform(link(false, 2)));
  const clear = deliver(asInform(link(true, 2)));
  await settle();
  expect([raise.state, clear.state]).toEqual(['done', 'done']);
  await clock.advance(3 * windowMs);
  expect(inShort(recorded)).not.toContain('raise link/2');
  expect(judge.counts()).toMatchObject({ waiting: 0, suppressed: 2 });
});

it('is settled at once where a storm tells its number only, or its kind is beyond the bound', async () => {
  const { deliver, settle, judge } = await inStorm();
  const counted = deliver(asInform(coldStart()));
  await settle();
  expect(counted.state).toBe('done');
  expect(judge.counts().suppressed).toBe(1);
});

it('a PET that comes again in an inform of its own waits as the first does', async () => {
  const sample = samplesOf('ipmi-pet').find(({ note }) => note?.startsWith('Dell: fan failure, '));
  if (!sample) throw new Error('no sample');
  const { clock, recorded, deliver, settle, judge } = await inStorm();
  const pet = asInform({ ...notificationOf(sample), source: link(false, 1).source });
  const [first, second] = [deliver(pet), deliver(pet)];
  await settle();
  expect([first.state, second.state]).toEqual(['waits', 'waits']);
  await clock.advance(windowMs);
  expect([first.state, second.state]).toEqual(['done', 'done']);
  expect(judge.counts().retried).toBe(1);
  expect(inShort(recorded).filter((line) => line.startsWith('raise pet/'))).toHaveLength(1);
});

it('a PET that the disk did not take is told when it comes again', async () => {
  const sample = samplesOf('ipmi-pet').find(({ note }) => note?.startsWith('Dell: fan failure, '));
  if (!sample) throw new Error('no sample');
  const { recorded, desk, disk } = await inStorm();
  const pet = asInform({ ...notificationOf(sample), source: { address: '192.0.2.77', port: 1 } });
  disk.state = 'broken';
  await expect(desk.deliver(pet)).rejects.toMatchObject({ code: 'journal.failed' });
  disk.state = 'good';
  await desk.deliver(link(false, 1, '192.0.2.78'));
  await desk.deliver(pet);
  expect(inShort(recorded).filter((line) => line.startsWith('raise pet/'))).toHaveLength(1);
});

it('informs that wait are bounded, for each condition and in all; the others are refused', async () => {
  const { clock, deliver, settle, judge } = await inStorm();
  const many = Array.from({ length: limits.ticketsOfCondition + 3 }, () => deliver(asInform(link(false, 2))));
  await settle();
  expect(many.filter(({ state }) => state === 'refused')).toHaveLength(3);
  expect(judge.sizes().waitingInforms).toBe(limits.ticketsOfCondition);
  await clock.advance(windowMs);
  expect(many.filter(({ state }) => state === 'done')).toHaveLength(limits.ticketsOfCondition);
});

it('a stop tells what waits, and settles what comes after it without a wait', async () => {
  const { recorded, deliver, desk, settle, clock } = await inStorm();
  const inform = deliver(asInform(link(false, 2)));
  await desk.stop();
  await settle();
  expect(inform.state).toBe('done');
  const late = deliver(asInform(link(false, 3)));
  await settle();
  expect(late.state).toBe('done');
  expect(inShort(recorded)).toEqual(expect.arrayContaining(['raise link/2', 'raise link/3']));
  expect(clock.armed()).toBe(0);
});
