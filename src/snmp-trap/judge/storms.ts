import type { EventData, NewEvent } from '../../events/catalogue.ts';
import { eventSource, type SenderNames } from './notice.ts';
import type { StormSettings } from './settings.ts';
import { count, type Meter, type MeterSettings, newMeter, roll, type Storm } from './storm-meter.ts';

export interface StormDeps {
  readonly settings: StormSettings;
  readonly mostSources: number;
  readonly namesOf: (source: string) => SenderNames;
}

/** A window that ended while there was a storm: whose it was (undefined: overall), and the storm. */
export interface Rolled {
  readonly source?: string;
  readonly storm: Storm;
  readonly ended: boolean;
}

const none: readonly Rolled[] = [];
const noEvents: readonly NewEvent[] = [];

/** Senders beyond the bound share one meter under this name, which is no address. */
const others = '';

/** The meters of all senders and the one of all together. Times are monotonic. */
export const createStorms = ({ settings, mostSources, namesOf }: StormDeps) => {
  const meters = new Map<string, Meter>();
  let overall: Meter | undefined;

  const { windowSeconds } = settings;
  const scaled = (perSecond: number, rearmPerSecond: number): MeterSettings => ({
    windowMs: windowSeconds * 1000,
    most: perSecond * windowSeconds,
    rearm: rearmPerSecond * windowSeconds,
  });
  const ofSource = scaled(settings.sourcePerSecond, settings.sourceRearmPerSecond);
  const ofAll = scaled(settings.overallPerSecond, settings.overallRearmPerSecond);

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
    data: { ...scopeOf(source), received: meter.inWindow, withinSeconds: windowSeconds },
  });
  const rollOne = (meter: Meter, how: MeterSettings, nowMs: number, source?: string): readonly Rolled[] => {
    const { storm } = meter;
    const { rolled, ended } = roll(meter, how, nowMs);
    if (!storm || !rolled) return none;
    return [{ storm, ended: ended !== undefined, ...(source !== undefined && { source }) }];
  };
  const nameOfMeter = (source: string): string => (meters.has(source) ? source : others);

  return {
    /** Ends windows that are over; to be called before {@link arrive} and now and then. */
    roll(nowMs: number): Rolled[] {
      const rolled: Rolled[] = [];
      for (const [source, meter] of meters) {
        rolled.push(...rollOne(meter, ofSource, nowMs, source));
        if (!meter.storm && nowMs - meter.windowStartMs < ofSource.windowMs && meter.inWindow === 0)
          meters.delete(source);
      }
      if (overall) rolled.push(...rollOne(overall, ofAll, nowMs));
      return rolled;
    },
    /** The same for one sender and for all together, which is what a trap of it needs. */
    rollFor(source: string, nowMs: number): readonly Rolled[] {
      const name = nameOfMeter(source);
      const meter = meters.get(name);
      const own = meter ? rollOne(meter, ofSource, nowMs, name) : none;
      const all = overall ? rollOne(overall, ofAll, nowMs) : none;
      return own.length + all.length === 0 ? none : [...own, ...all];
    },
    /** Counts a trap; the storms that begin with it. */
    arrive(source: string, nowMs: number, at: string): readonly NewEvent[] {
      overall ??= newMeter(nowMs);
      const meter = meterOf(source, nowMs);
      const ownBegan = count(meter, ofSource, at);
      const allBegan = count(overall, ofAll, at);
      if (!ownBegan && !allBegan) return noEvents;
      return [
        ...(ownBegan ? [began(meter, nameOfMeter(source))] : []),
        ...(allBegan ? [began(overall)] : []),
      ];
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
