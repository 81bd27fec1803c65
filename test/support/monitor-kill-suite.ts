import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import type { Event } from '../../src/events/catalogue.ts';
import { until } from './bounded.ts';
import { createSite, type Daemon, type Site } from './daemon.ts';
import { deliveryFaults, type EventConsumer, heardIn, startConsumer } from './event-consumer.ts';
import { createAgents } from './monitor-agent.ts';

const keywords = ['a', 'b', 'c', 'd'] as const;
const catchUpLimitMs = 60_000;

export interface MonitorKills {
  /** How often the daemon is killed; the consumer is killed as often, in other rounds or in the same. */
  readonly kills: number;
  /** How long the n-th daemon works before something is killed. */
  readonly workMs: (round: number) => number;
  readonly onEnd?: (figures: Readonly<Record<string, number>>) => void;
}

const readJournal = async (client: EngineClient): Promise<Event[]> => {
  const events: Event[] = [];
  for (let after = 0; ; ) {
    const page = await client.call('events.read', { after, limit: 1_000 });
    for (const { alerts: _alerts, ...event } of page.events) events.push(event as Event);
    if (page.events.length === 0) return events;
    after = page.last;
  }
};

const monitorEvents = (events: readonly Event[], keyword: string) =>
  events.filter(
    (event) =>
      (event.type === 'monitor.raised' || event.type === 'monitor.cleared') && event.data.keyword === keyword,
  );

/** Describes monitors that are raised and cleared while the daemon and its consumer are killed (SIGKILL). */
export const describeMonitorKills = ({ kills, workMs, onEnd }: MonitorKills) =>
  describe(`monitors, over ${kills} kills of the daemon and ${kills} of its consumer`, () => {
    const agents = createAgents();
    const lies: string[] = [];
    let site: Site;
    let file: string;
    let events: Event[];

    const work = async (round: number): Promise<void> => {
      const client = await site.connect();
      lies.push(...agents.lies(await client.call('monitor.list', {})));
      const working = Promise.all(keywords.map((keyword) => agents.work(client, keyword)));
      await pause(workMs(round));
      void working.catch(() => undefined);
      current.working = working;
    };
    const current: { daemon?: Daemon; consumer?: EventConsumer; working?: Promise<unknown> } = {};

    const restart = async (): Promise<void> => {
      current.daemon = await site.start();
    };
    const newConsumer = (): void => {
      current.consumer = startConsumer(site.socket, 'engine', file);
    };

    beforeAll(
      async () => {
        site = createSite({ servers: { server1: undefined } });
        file = join(site.folder, 'heard.jsonl');
        await restart();
        newConsumer();
        for (let round = 0; round < kills; round += 1) {
          await work(round);
          // The consumer dies while the daemon goes on, with it, or while there is none.
          if (round % 3 === 0) {
            await current.consumer?.kill();
            await pause(workMs(round + 1));
          }
          await current.daemon?.kill();
          await current.working;
          if (round % 3 !== 0) await current.consumer?.kill();
          if (round % 3 === 1) newConsumer();
          await restart();
          if (round % 3 !== 1) newConsumer();
        }
        const client = await site.connect();
        lies.push(...agents.lies(await client.call('monitor.list', {})));
        events = await readJournal(client);
        const last = events.at(-1)?.seq ?? 0;
        const caughtUp = () => heardIn(file).some((one) => 'event' in one && one.event.seq >= last);
        await until(caughtUp, catchUpLimitMs, 'the consumer to hear of everything');
        await current.consumer?.kill();
        await client.close();
        await current.daemon?.stop();
      },
      Math.max(120_000, kills * 8_000),
    );

    afterAll(() =>
      onEnd?.({
        kills: 2 * kills,
        events: events.length,
        'raises answered': agents.raised.length,
        'clears answered': agents.cleared.count,
        heard: heardIn(file).length,
        untrue: lies.length + deliveryFaults(heardIn(file)).length,
      }),
    );

    test('was busy enough for this to mean something', () => {
      expect(agents.raised.length).toBeGreaterThan(10 * kills);
      expect(heardIn(file).filter((one) => 'from' in one).length).toBeGreaterThan(kills / 2);
    });

    test('the restarted daemon has every monitor in the state that was answered last', () => {
      expect(lies).toEqual([]);
    });

    test('every raise that was answered is on record once', () => {
      const told = events.flatMap((event) => (event.type === 'monitor.raised' ? [event.data.message] : []));
      expect(new Set(told).size).toBe(told.length);
      expect(agents.raised.filter((message) => !told.includes(message))).toEqual([]);
    });

    test('raises and clears of a monitor take turns', () => {
      for (const keyword of keywords) {
        const types = monitorEvents(events, keyword).map(({ type }) => type);
        expect(types.filter((type, index) => type === types[index - 1])).toEqual([]);
        expect(types[0]).toBe('monitor.raised');
      }
    });

    test('the consumer hears of every event at least once, in order, as it stands in the journal', () => {
      const heard = heardIn(file);
      expect(deliveryFaults(heard)).toEqual([]);
      const texts = new Map(events.map((event) => [event.seq, JSON.stringify(event)]));
      const seen = new Set<number>();
      for (const one of heard) {
        if (!('event' in one)) continue;
        const { alerts: _alerts, ...event } = one.event as Event & { alerts?: unknown };
        seen.add(event.seq);
        const text = texts.get(event.seq);
        if (text !== undefined) expect(JSON.stringify(event)).toBe(text);
      }
      expect(events.filter(({ seq }) => !seen.has(seq))).toEqual([]);
      expect(heard.filter((one) => 'gap' in one)).toEqual([]);
    });
  });
