import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Event, NewEvent } from '../../../src/events/catalogue.ts';
import { severityOf } from '../../../src/events/catalogue.ts';
import { applyEvent, emptyView } from '../../../src/events/view.ts';
import { court, link, received } from './traps.ts';

const sources = ['192.0.2.11', '192.0.2.12'] as const;

interface Step {
  readonly source: (typeof sources)[number];
  readonly up: boolean;
  readonly index: number;
  /** How often in a row. */
  readonly times: number;
  readonly thenSeconds: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    source: fc.constantFrom(...sources),
    up: fc.boolean(),
    index: fc.nat(4),
    times: fc.constantFrom(1, 1, 1, 2, 40),
    thenSeconds: fc.constantFrom(0, 0, 0, 1, 5, 11, 200),
  }),
  { maxLength: 60 },
);

/** Storms of both kinds are likely at these rates. */
const touchy = {
  windowSeconds: 10,
  sourcePerSecond: 0.5,
  sourceRearmPerSecond: 0.2,
  overallPerSecond: 0.8,
  overallRearmPerSecond: 0.3,
};

const play = async (story: readonly Step[]) => {
  const { judge, take, pass } = court({ storm: touchy });
  const events: NewEvent[] = [];
  for (const { source, up, index, times, thenSeconds } of story) {
    for (let time = 0; time < times; time++) events.push(...take(link(up, index, source)));
    events.push(...(await pass(thenSeconds)));
  }
  events.push(...(await pass(400)));
  return { judge, events };
};

const openIn = (events: readonly NewEvent[]): string[] => {
  const view = events
    .map((event, index) => ({ ...event, severity: severityOf(event), seq: index + 1, at: 'now' }) as Event)
    .reduce(applyEvent, emptyView);
  return [...view.openTraps]
    .flatMap(([source, keys]) => Object.keys(keys).map((key) => `${source} ${key}`))
    .sort();
};

const openByLastWord = (story: readonly Step[]): string[] => {
  const last = new Map(story.map(({ source, up, index }) => [`${source} link/${index}`, up]));
  return [...last].flatMap(([key, up]) => (up ? [] : [key])).sort();
};

it('open conditions end as the last word says, storms or not', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (story) => {
      const { judge, events } = await play(story);
      expect(openIn(events)).toEqual(openByLastWord(story));
      expect(judge.sizes().openKeys).toBe(openByLastWord(story).length);
    }),
    { numRuns: 150 },
  );
});

it('no end of an open condition is held back', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (story) => {
      const { take, pass } = court({ storm: touchy });
      const told: NewEvent[] = [];
      for (const { source, up, index, thenSeconds } of story) {
        const wasOpen = openIn(told).includes(`${source} link/${index}`);
        const now = take(link(up, index, source));
        if (up && wasOpen) {
          expect(received(now)).toContainEqual(
            expect.objectContaining({ action: 'clear', key: `link/${index}`, source }),
          );
        }
        told.push(...now, ...(await pass(thenSeconds)));
      }
    }),
    { numRuns: 100 },
  );
});

it('storms begin and end in turn, for each sender and for all together', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (story) => {
      const { events } = await play(story);
      const byScope = new Map<string, string[]>();
      for (const event of events) {
        if (event.type !== 'trap.stormBegan' && event.type !== 'trap.stormEnded') continue;
        const scope = event.data.source ?? event.data.scope;
        byScope.set(scope, [...(byScope.get(scope) ?? []), event.type]);
      }
      for (const [, turns] of byScope) {
        expect(turns).toEqual(
          turns.map((_, index) => (index % 2 === 0 ? 'trap.stormBegan' : 'trap.stormEnded')),
        );
        expect(turns.length % 2).toBe(0);
      }
    }),
    { numRuns: 150 },
  );
});

it('counts add up to what came in', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (story) => {
      const { judge, events } = await play(story);
      const came = story.reduce((sum, { times }) => sum + times, 0);
      const { received: all, told, repeated, suppressed, waiting, retried, unknownRefused } = judge.counts();
      expect(all).toBe(came);
      expect({ waiting, retried, unknownRefused }).toEqual({ waiting: 0, retried: 0, unknownRefused: 0 });
      expect(told + repeated + suppressed).toBe(came);
      const firsts = received(events).filter(({ summary }) => !summary);
      expect(firsts.reduce((sum, { count }) => sum + count, 0)).toBe(told);
      const ended = events.flatMap((event) =>
        event.type === 'trap.stormEnded' ? [event.data.suppressed] : [],
      );
      expect(ended.reduce((sum, count) => sum + count, 0)).toBe(suppressed);
    }),
    { numRuns: 150 },
  );
});
