import { expect, it } from 'vitest';
import { type RemovedSinksParts, tellRemovedSinks } from '../../../src/app/removed-sinks.ts';
import { CodedError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import { createBus } from '../../../src/events/bus.ts';
import { createEventLog } from '../../../src/events/event-log.ts';
import { createMemoryJournal } from '../../support/memory-journal.ts';

type Sections = RemovedSinksParts['current']['config'];

const having = (...sinks: readonly string[]): Sections =>
  ({ noc: { sinks: Object.fromEntries(sinks.map((name) => [name, {}])) } }) as unknown as Sections;

const bench = async (config: Sections) => {
  const clock = createVirtualClock();
  const journal = createMemoryJournal(clock);
  const bus = createBus(silentLogger);
  const events = createEventLog({ journal, bus, clock, log: silentLogger });
  await events.start();
  const current = { config };
  return {
    ...{ clock, journal, events, current },
    start: () => tellRemovedSinks({ events, bus, current }),
    fail: (sink: string) =>
      events.record({ type: 'sink.failing', source: 'bridge', data: { sink, reason: 'dead' } }),
    removed: async () => {
      await clock.advance(0);
      return journal.events().flatMap((event) => (event.type === 'sink.removed' ? [event.data] : []));
    },
  };
};

const since = '2026-01-01T00:00:00.000Z';

it('ends the trouble of a sink that a reload takes out, once, and of no other', async () => {
  const { start, fail, current, removed, events } = await bench(having('a', 'b', 'constructor'));
  const sinks = start();
  await fail('a');
  await fail('b');
  expect(await removed()).toEqual([]);
  current.config = having('b');
  sinks.look();
  sinks.look();
  expect(await removed()).toEqual([{ sink: 'a', since }]);
  sinks.look();
  expect(await removed()).toHaveLength(1);
  expect(events.view().failingSinks).toEqual({ b: since });
});

it('ends it at the start where it was taken out meanwhile, the broker as well', async () => {
  const { start, fail, removed } = await bench({} as Sections);
  await fail('mqtt');
  await fail('a');
  start();
  expect(await removed()).toEqual([
    { sink: 'mqtt', since },
    { sink: 'a', since },
  ]);
});

it('ends it where the failure reaches the record after the reload', async () => {
  const { start, fail, removed } = await bench({} as Sections);
  start();
  await fail('a');
  expect(await removed()).toEqual([{ sink: 'a', since }]);
});

it('ends it once the disk takes it', async () => {
  const { start, fail, journal, removed } = await bench({} as Sections);
  await fail('a');
  journal.failAppends(new CodedError('journal.failed'));
  start();
  expect(await removed()).toEqual([]);
  journal.failAppends(undefined);
  journal.befall({ kind: 'recovered', since, reason: 'fullDisk' });
  expect(await removed()).toEqual([{ sink: 'a', since }]);
});
