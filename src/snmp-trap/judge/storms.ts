import type { EventData, NewEvent } from '../../events/catalogue.ts';
import { eventSource, type SenderNames } from './notice.ts';
import type { StormSettings } from './settings.ts';
import { count, type Meter, type MeterSettings, newMeter, roll, type Storm } from './storm-meter.ts';

export interface StormDeps {
  readonly settings: () => StormSettings;
  readonly mostSources: number;
  readonly namesOf: (source: string) => SenderNames;
}

/** A window that ended while there was a storm: whose it was (undefined: overall), and the storm. */
export interface Rolled {
  readonly source?: string;
  readonly storm: Storm;
  readonly ended: boolean;
}

/** Senders beyond the bound share one meter under this name, which is no address. */
const others = '';

/** The meters of all senders and the one of all together. Times are monotonic. */
export const createStorms = ({ settings, mostSources, namesOf }: StormDeps) => {
  const meters = new Map<string, Meter>();
  let overall: Meter | undefined;

  const scaled = (perSecond: number, rearmPerSecond: number): MeterSettings => {
    const { windowSeconds } = settings();
    return {
      windowMs: windowSeconds * 1000,
      most: perSecond * windowSeconds,
      rearm: rearmPerSecond * windowSeconds,
    };
  };
  const sourceSettings = () => scaled(settings().sourcePerSecond, settings().sourceRearmPerSecond);
  const overallSettings = () => scaled(settings().overallPerSecond, settings().overallRearmPerSecond);

  const meterOf = (source: string, nowMs: number): Meter => {
    const known = meters.get(source) ?? (meters.size >= mostSources ? meters.get(others) : undefined);
    if (known) return known;
    const meter = newMeter(nowMs);
    meters.set(meters.size >= mostSources ? others : source, meter);
    return meter;
  };
  const scopeOf = (
    source?: string,
  ): Pick<EventData<'trap.stormBegan'>, 'scope' | 'source' | 'server' | 'device'> =>
    source === undefined
      ? { scope: 'overall' }
      : { scope: 'source', ...(source !== others && { source, ...namesOf(source) }) };

  const began = (meter: Meter, source?: string): NewEvent => ({
    type: 'trap.stormBegan',
    source: eventSource,
    data: { ...scopeOf(source), received: meter.inWindow, withinSeconds: settings().windowSeconds },
  });
  const rollOne = (meter: Meter, how: MeterSettings, nowMs: number, source?: string): Rolled[] => {
    const { storm } = meter;
    const { rolled, ended } = roll(meter, how, nowMs);
    if (!storm || !rolled) return [];
    return [{ storm, ended: ended !== undefined, ...(source !== undefined && { source }) }];
  };
  const nameOfMeter = (source: string): string => (meters.has(source) ? source : others);

  return {
    /** Ends windows that are over; to be called before {@link arrive} and now and then. */
    roll(nowMs: number): Rolled[] {
      const rolled: Rolled[] = [];
      const how = sourceSettings();
      for (const [source, meter] of meters) {
        rolled.push(...rollOne(meter, how, nowMs, source));
        if (!meter.storm && nowMs - meter.windowStartMs < how.windowMs && meter.inWindow === 0)
          meters.delete(source);
      }
      if (overall) rolled.push(...rollOne(overall, overallSettings(), nowMs));
      return rolled;
    },
    /** The same for one sender and for all together, which is what a trap of it needs. */
    rollFor(source: string, nowMs: number): Rolled[] {
      const name = nameOfMeter(source);
      const meter = meters.get(name);
      return [
        ...(meter ? rollOne(meter, sourceSettings(), nowMs, name) : []),
        ...(overall ? rollOne(overall, overallSettings(), nowMs) : []),
      ];
    },
    /** Counts a trap; the storms that begin with it. */
    arrive(source: string, nowMs: number, at: string): NewEvent[] {
      overall ??= newMeter(nowMs);
      const meter = meterOf(source, nowMs);
      const events: NewEvent[] = [];
      if (count(meter, sourceSettings(), at)) events.push(began(meter, nameOfMeter(source)));
      if (count(overall, overallSettings(), at)) events.push(began(overall));
      return events;
    },
    /** The storm that a sender's traps are part of: the one of all together goes first. */
    stormOf: (source: string): Storm | undefined => overall?.storm ?? meters.get(nameOfMeter(source))?.storm,
    isStorming: (source: string): boolean => meters.get(nameOfMeter(source))?.storm !== undefined,
    isOverall: (): boolean => overall?.storm !== undefined,
    ended: ({ source, storm }: Rolled): NewEvent => ({
      type: 'trap.stormEnded',
      source: eventSource,
      data: { ...scopeOf(source), ...storm },
    }),
    /** Whether nothing is counted any more, so that no window needs to be ended. */
    isIdle: (): boolean => meters.size === 0 && !overall?.storm,
  };
};
export type Storms = ReturnType<typeof createStorms>;
