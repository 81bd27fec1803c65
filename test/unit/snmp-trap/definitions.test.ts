import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import type { NewEvent } from '../../../src/events/catalogue.ts';
import { createTrapJudge } from '../../../src/snmp-trap/judge/judge.ts';
import { createRuleBook } from '../../../src/snmp-trap/rules/rule-book.ts';
import { builtInTraps, notificationOf, openTraps, type Sample, samplesOf } from './sample-traps.ts';
import { settings } from './traps.ts';

const { byModel, problems } = await builtInTraps();
const definitions = [...byModel.values()];
const book = createRuleBook(definitions);

const replay = (sample: Sample): readonly NewEvent[] =>
  createTrapJudge({
    clock: createVirtualClock(),
    rules: () => book,
    settings,
    namesOf: () => ({}),
    open: openTraps(sample.open ?? []),
  }).take(notificationOf(sample));

/** Name, action, key and all else of an event, as a sample writes them. */
const flat = (event: NewEvent) => {
  if (event.type !== 'trap.received') throw new Error(`not a trap: ${event.type}`);
  return { severity: event.severity, ...event.data };
};

it('the built-in trap rules are good', () => {
  expect(problems).toEqual([]);
});

it('samples belong to definitions', () => {
  const files = readdirSync('devices/trap/samples').map((name) => name.replace(/\.json$/, ''));
  expect(files.filter((model) => !byModel.has(model))).toEqual([]);
});

describe.each(definitions.map(({ model, rules }) => ({ model, rules })))('$model', ({ model, rules }) => {
  const samples = samplesOf(model);

  it('has a sample of every rule', () => {
    const told = new Set(samples.flatMap((sample) => sample.events.map(({ name }) => name)));
    expect(rules.map(({ name }) => name).filter((name) => !told.has(name))).toEqual([]);
  });

  it.each(samples.map((sample) => ({ name: JSON.stringify(sample.note ?? sample.events[0]), sample })))(
    '$name',
    ({ sample }) => {
      const events = replay(sample).map(flat);
      expect(events).toMatchObject(sample.events);
      for (const event of events) expect(event).toMatchObject({ rule: `${model}/${event.name}` });
    },
  );

  it('every condition that a rule ends is begun by one', () => {
    const events = samples.flatMap((sample) => replay(sample).map(flat));
    const begun = new Set(events.filter(({ action }) => action === 'raise').map(({ key }) => shapeOf(key)));
    const ended = events.filter(({ action }) => action === 'clear').map(({ key }) => shapeOf(key));
    expect(ended.filter((key) => !begun.has(key))).toEqual([]);
  });
});

/** Keys of one kind: the sensor of a PET says nothing of its kind. */
function shapeOf(key: unknown): string {
  return String(key).replace(/^pet\/\d+\/[^/]+\//, 'pet/*/*/');
}
