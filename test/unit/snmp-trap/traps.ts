import { createVirtualClock } from '../../../src/core/virtual-clock.ts';
import type { EventData, NewEvent } from '../../../src/events/catalogue.ts';
import type { OpenTraps } from '../../../src/events/open-traps.ts';
import type { TrapNotification } from '../../../src/snmp-trap/codec/notification.ts';
import { createTrapJudge, type TrapJudge } from '../../../src/snmp-trap/judge/judge.ts';
import type { JudgeSettings } from '../../../src/snmp-trap/judge/settings.ts';
import { createRuleBook } from '../../../src/snmp-trap/rules/rule-book.ts';
import { builtInTraps } from './sample-traps.ts';

export const settings: JudgeSettings = {
  dedupSeconds: 150,
  unknownSeconds: 3600,
  storm: {
    windowSeconds: 10,
    sourcePerSecond: 10,
    sourceRearmPerSecond: 2,
    overallPerSecond: 100,
    overallRearmPerSecond: 20,
  },
};

const { byModel } = await builtInTraps();
const book = createRuleBook([...byModel.values()]);

const linkOid = (up: boolean) => `1.3.6.1.6.3.1.1.5.${up ? 4 : 3}`;

export const trapOf = (
  trapOid: string,
  source = '192.0.2.11',
  varbinds: TrapNotification['varbinds'] = [],
): TrapNotification => ({
  ...{ version: 'v2c', kind: 'trap', trapOid, uptimeTicks: 1, varbinds },
  source: { address: source, port: 50_000 },
});

/** A link that goes down (raises `link/N`) or comes up (clears it). */
export const link = (up: boolean, index: number, source?: string): TrapNotification =>
  trapOf(linkOid(up), source, [
    { oid: `1.3.6.1.2.1.2.2.1.1.${index}`, value: { type: 'integer', value: index } },
  ]);

export type Told = EventData<'trap.received'>;

export const received = (events: readonly NewEvent[]): Told[] =>
  events.flatMap((event) => (event.type === 'trap.received' ? [event.data] : []));

/** `raise link/2`, `clear link/2`, `raise link/2 x3` for a summary, or the type of another event. */
export const inShort = (events: readonly NewEvent[]): string[] =>
  events.map((event) => {
    if (event.type !== 'trap.received') return event.type;
    const { action, key, name, count, summary } = event.data;
    return `${action} ${key ?? name}${summary ? ` x${count}` : ''}`;
  });

export interface Court {
  readonly judge: TrapJudge;
  take(...notifications: readonly TrapNotification[]): NewEvent[];
  /** Moves time on second by second, as the gateway's timer does. */
  pass(seconds: number): Promise<NewEvent[]>;
  /** Steps the wall clock only. */
  stepWall(byMs: number): void;
}

export const court = (changes: Partial<JudgeSettings> = {}, open: OpenTraps = {}): Court => {
  const clock = createVirtualClock();
  const judge = createTrapJudge({
    clock,
    rules: () => book,
    settings: { ...settings, ...changes },
    namesOf: () => ({}),
    open,
  });
  return {
    judge,
    stepWall: clock.stepWall,
    take: (...notifications) => notifications.flatMap((one) => judge.take(one)),
    async pass(seconds) {
      const events: NewEvent[] = [];
      for (let second = 0; second < seconds; second++) {
        await clock.advance(1000);
        events.push(...judge.tick());
      }
      return events;
    },
  };
};
