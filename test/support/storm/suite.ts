import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isoNow } from '../../../src/core/clock.ts';
import type { Event } from '../../../src/events/catalogue.ts';
import { monitorKey } from '../../../src/events/monitors.ts';
import { createRandomStreams } from '../../../src/sim/random.ts';
import { limits } from '../../../src/snmp-trap/judge/settings.ts';
import { printFigures, secondsSince } from '../proof/figures.ts';
import { createExpectation, type Expectation } from './expectation.ts';
import { createStormGateway, type StormGateway } from './gateway.ts';
import { createStory, endless, type Said, servers, type Weather } from './story.ts';

export interface StormOptions {
  readonly weather: Weather;
  readonly stormSeconds: number;
  readonly seed: number;
}

/** Before the storm, so that there are conditions whose end it may not swallow. */
const calmBeforeSeconds = 600;
/** Longer than any row of repeats of a trap that a rule knows. */
const calmAfterSeconds = 400;
const awaySeconds = { from: 900, to: 2_100 } as const;

interface Storm extends StormOptions {
  readonly gateway: StormGateway;
  readonly expectation: Expectation;
  readonly openBefore: number;
  readonly sent: number;
  readonly informs: number;
  readonly most: ReturnType<StormGateway['judge']['sizes']> & { readonly pending: number };
}

const larger = <Sizes extends Readonly<Record<string, number>>>(one: Sizes, other: Sizes): Sizes =>
  Object.fromEntries(
    Object.entries(one).map(([name, size]) => [name, Math.max(size, other[name] ?? 0)]),
  ) as Sizes;

/** Plays the calm before, the storm and the calm after it. */
const play = async (options: StormOptions): Promise<Storm> => {
  const { weather, stormSeconds, seed } = options;
  const gateway = await createStormGateway(servers);
  const { clock, judge, intake, engine, noc } = gateway;
  const expectation = createExpectation();
  const story = createStory(createRandomStreams(seed)('storm'), expectation.isOpen);
  let most = { ...judge.sizes(), pending: 0 };
  let sent = 0;
  let informs = 0;

  const send = (said: Said): void => {
    sent += 1;
    if (said.saying.kind === 'inform') informs += 1;
    expectation.hear(said, isoNow(clock));
    gateway.send(said.source, said.saying);
  };
  /** One second in ten parts; the engine reads, unless it is away. */
  const second = async (noise: Iterable<Said>, noisePerTenth: number, isAway: boolean): Promise<void> => {
    const noisy = noise[Symbol.iterator]();
    const rare = story.quietSecond();
    for (let tenth = 0; tenth < 10; tenth += 1) {
      for (let count = 0; count < noisePerTenth; count += 1) {
        const { value, done } = noisy.next();
        if (!done) send(value);
      }
      for (const said of rare.splice(0, Math.ceil(rare.length / (10 - tenth)))) send(said);
      most = larger(most, { ...judge.sizes(), pending: intake.counters().pending });
      await clock.advance(100);
    }
    engine.speak(clock.nowMs());
    if (!isAway) engine.read();
  };
  const calm = async (seconds: number): Promise<void> => {
    for (let at = 0; at < seconds; at += 1) await second([], 0, false);
  };

  await calm(calmBeforeSeconds);
  const openBefore = expectation.stormBegins();
  const noisePerTenth = Math.ceil(Math.max(weather.burstPerSecond, weather.calmPerSecond) / 10);
  for (let at = 0; at < stormSeconds; at += 1) {
    const isAway = at >= awaySeconds.from && at < awaySeconds.to;
    noc.away = isAway;
    await second(story.noisySecond(at, weather), noisePerTenth, isAway);
  }
  await calm(calmAfterSeconds);
  await gateway.stop();
  return { ...options, gateway, expectation, openBefore, sent, informs, most };
};

const ofPromised = (id: string): boolean => !endless.some((source) => id.startsWith(`${source} `));

const openIn = ({ gateway }: Storm): string[] =>
  [...gateway.events.view().openTraps]
    .flatMap(([source, keys]) => Object.keys(keys).map((key) => `${source} ${key}`))
    .filter(ofPromised)
    .sort();

const errorsIn = ({ gateway }: Storm): string[] => {
  const others = new Set(endless.map((source) => servers.get(source)));
  return [...gateway.events.view().monitors]
    .filter(([, { state, server }]) => state === 'error' && !others.has(server))
    .map(([key]) => key)
    .sort();
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const ofType = <Type extends Event['type']>(events: readonly Event[], type: Type) =>
  events.filter((event): event is Extract<Event, { type: Type }> => event.type === type);

/** Events by the minute they were recorded in. */
const perMinute = (events: readonly Event[]): number[] => {
  const minutes = new Map<string, number>();
  for (const { at } of events) minutes.set(at.slice(0, 16), (minutes.get(at.slice(0, 16)) ?? 0) + 1);
  return [...minutes.values()];
};

/**
 * In each window of 10 s at most {@link limits.deferred} conditions begin and as many end, each once as a trap and once
 * as a monitor, with one count of repeats each.
 */
const mostPerMinute = 6 * limits.deferred * 2 * 3;

/** Describes a storm of traps over the whole way from the datagram to those who are told, on the virtual clock. */
export const describeStorm = (options: StormOptions) =>
  describe(`${options.stormSeconds} s of storm, ${options.weather.burstPerSecond} traps a second at its worst`, () => {
    let storm: Storm;
    let all: Event[];
    const startedMs = performance.now();

    beforeAll(async () => {
      storm = await play(options);
      all = storm.gateway.journal.events();
    }, 30 * 60_000);
    afterAll(() => {
      const { sent, openBefore, most, gateway, expectation } = storm;
      printFigures('storm on the virtual clock', {
        ...{ sent, events: all.length, 'most events a minute': Math.max(...perMinute(all)) },
        'open before': openBefore,
        'ends of those': expectation.ends().length,
        'open at the end': expectation.openConditions().length,
        storms: ofType(all, 'trap.stormEnded').length,
        judged: JSON.stringify(gateway.judge.counts()),
        most: JSON.stringify(most),
        notices: gateway.noc.heard.length,
        'elapsed seconds': secondsSince(startedMs),
      });
    });

    test('is one: with storms of single senders and of all together, and something at stake', () => {
      const began = ofType(all, 'trap.stormBegan');
      expect(began.filter(({ data }) => data.scope === 'overall').length).toBeGreaterThan(3);
      expect(began.filter(({ data }) => data.scope === 'source').length).toBeGreaterThan(3);
      expect(storm.expectation.ends().length).toBeGreaterThan(10);
      expect(storm.expectation.openConditions().length).toBeGreaterThan(10);
    });

    test('tells the end of every condition that was open before it, at once', () => {
      const cleared = new Set(
        ofType(all, 'trap.received')
          .filter(({ data }) => data.action === 'clear' && !data.summary)
          .map(({ at, data }) => `${at} ${data.source} ${data.key}`),
      );
      const missing = storm.expectation
        .ends()
        .filter(({ at, source, key }) => !cleared.has(`${at} ${source} ${key}`));
      expect(missing).toEqual([]);
    });

    test('leaves told what is open, and nothing else', () => {
      expect(openIn(storm)).toEqual(storm.expectation.openConditions());
    });

    test('leaves the monitors as the last words have them', () => {
      expect(errorsIn(storm)).toEqual(storm.expectation.errors());
      const listed = storm.gateway.monitors.list().filter(({ state }) => state === 'error');
      expect(listed.map(monitorKey)).toEqual(expect.arrayContaining(storm.expectation.errors()));
    });

    test('is accounted for to the last trap', () => {
      const { received, waiting, ...became } = storm.gateway.judge.counts();
      expect(waiting).toBe(0);
      expect(sum(Object.values(became))).toBe(received);
      const counters = storm.gateway.intake.counters();
      expect(counters.received).toBe(storm.sent);
      const { refused, repeated } = counters;
      expect(received + sum(Object.values(refused)) + repeated).toBe(storm.sent);
      expect(counters.refused).not.toHaveProperty('overflow');
      expect(counters.refused).not.toHaveProperty('notRecorded');
      const firsts = ofType(all, 'trap.received').filter(({ data }) => !data.summary);
      expect(became.told).toBe(sum(firsts.map(({ data }) => data.count)));
    });

    test('acknowledges every inform', () => {
      expect(storm.informs).toBeGreaterThan(100);
      expect(storm.gateway.answers()).toBe(storm.informs);
    });

    test('begins and ends its storms in turn, with numbers that add up', () => {
      const turns = new Map<string, Event[]>();
      for (const event of all) {
        if (event.type !== 'trap.stormBegan' && event.type !== 'trap.stormEnded') continue;
        const scope = event.data.source ?? event.data.scope;
        turns.set(scope, [...(turns.get(scope) ?? []), event]);
      }
      for (const [, events] of turns) {
        expect(events.length % 2).toBe(0);
        const expected = events.map((_, index) => `trap.storm${index % 2 === 0 ? 'Began' : 'Ended'}`);
        expect(events.map(({ type }) => type)).toEqual(expected);
      }
      const ended = ofType(all, 'trap.stormEnded').map(({ data }) => data);
      expect(sum(ended.map(({ suppressed }) => suppressed))).toBe(storm.gateway.judge.counts().suppressed);
      // Of all together, each storm has what the judge took from its first trap to its last.
      const overall = storm.gateway.told.filter(
        ({ event }) =>
          (event.type === 'trap.stormBegan' || event.type === 'trap.stormEnded') &&
          event.data.scope === 'overall',
      );
      for (let at = 0; at + 1 < overall.length; at += 2) {
        const [from, to] = [overall[at], overall[at + 1]];
        if (to?.event.type !== 'trap.stormEnded' || !from) throw new Error('storms do not take turns');
        const came = to.counts.received - from.counts.received + 1;
        // Where a trap of the next window ended it, that one is counted by then, and not of the storm.
        expect([came, came - 1]).toContain(to.event.data.received);
      }
    });

    test('costs no more memory and no more events than it may', () => {
      const { rows, openKeys, waiting, retries, pending } = storm.most;
      expect(rows).toBeLessThanOrEqual(limits.windows + limits.unknownWindows);
      expect(openKeys).toBeLessThanOrEqual(limits.openKeys);
      expect(waiting).toBeLessThanOrEqual(limits.deferred);
      expect(retries).toBeLessThanOrEqual(limits.retries);
      expect(pending).toBeLessThanOrEqual(2_048 + 8_192);
      expect(Math.max(...perMinute(all))).toBeLessThan(mostPerMinute);
    });

    test('reaches the engine whole, once and in order, though it was away', () => {
      expect(storm.gateway.engine.dropped()).toBeUndefined();
      expect(storm.gateway.engine.seqs()).toEqual(all.map(({ seq }) => seq));
    });

    test('reaches the NOC in order, as pairs, though it was away', () => {
      const { heard } = storm.gateway.noc;
      const seqs = heard.map(({ seq }) => seq);
      expect(seqs).toEqual([...seqs].sort((one, other) => one - other));
      expect(new Set(seqs).size).toBe(seqs.length);
      const raised = new Map<string, string>();
      for (const { key, state, server } of heard) {
        if (state === 'clear') expect(raised.delete(key), `a raise of ${key} before its clear`).toBe(true);
        if (state === 'raise') raised.set(key, server ?? '');
      }
      const others = new Set(endless.map((source) => servers.get(source) ?? ''));
      const stand = [...raised].filter(([, server]) => !others.has(server)).map(([key]) => key);
      const expected = storm.expectation.errors().map((key) => {
        const [category, keyword, server] = JSON.parse(key) as [string, string, string];
        return `gateway/monitor/${category}.${keyword}/${server}`;
      });
      expect(stand.sort()).toEqual(expected.sort());
      expect(storm.gateway.spool.status()).toMatchObject({ lost: 0 });
    });
  });
