import { z } from 'zod';
import { PersistentMap } from '../core/persistent-map.ts';
import { trapClasses } from '../core/severity.ts';
import { type Event, type EventData, monitorOrigins } from './catalogue.ts';

const named = {
  category: z.string(),
  keyword: z.string(),
  server: z.string().optional(),
  /** ISO 8601 UTC. */
  since: z.string(),
  message: z.string(),
  origin: z.enum(monitorOrigins),
  /** Who it was: the name of a client, the address of a trap's sender, the name of a rule. */
  by: z.string(),
};

const errorMonitor = z
  .object({
    ...named,
    state: z.literal('error'),
    /** How often it was raised, as far as that is on record. */
    count: z.number(),
    /** When the last raise on record came. */
    raisedAt: z.string(),
    /** When it was last told; missing where a maintenance has kept it quiet from the beginning. */
    toldAt: z.string().optional(),
    /** A maintenance keeps quiet what was last recorded of it. */
    untold: z.literal(true).optional(),
    class: z.enum(trapClasses).optional(),
    /** Seconds after the last raise at which it ends by itself. */
    expireSeconds: z.number().optional(),
  })
  .readonly();
export type ErrorMonitor = z.infer<typeof errorMonitor>;

const normalMonitor = z.object({ ...named, state: z.literal('normal') }).readonly();

/** One monitor as the journal knows it. */
export const monitorView = z.discriminatedUnion('state', [errorMonitor, normalMonitor]);
export type MonitorView = z.infer<typeof monitorView>;

/** By {@link monitorKey}. */
export type MonitorMap = PersistentMap<MonitorView>;
export const monitorsSchema = z.record(z.string(), monitorView).transform(PersistentMap.from<MonitorView>);

/** All monitors, of a gateway that may know thousands: an event costs the same however many there are. */
export interface MonitorViews {
  readonly monitors: MonitorMap;
  /** Keys of those that are normal again, the newest last. */
  readonly normalMonitors: readonly string[];
}

/** The keys of those that are normal again, as {@link MonitorViews} lists them. */
export const normalKeys = (monitors: MonitorMap): string[] =>
  [...monitors]
    .filter(([, { state }]) => state === 'normal')
    .sort(([, one], [, other]) => one.since.localeCompare(other.since))
    .map(([key]) => key);

/** How many are in error. */
export const errorCount = ({ monitors, normalMonitors }: MonitorViews): number =>
  monitors.size - normalMonitors.length;

/** What tells one monitor from another. */
export interface MonitorName {
  readonly category: string;
  readonly keyword: string;
  /** Missing for one that is about no server. */
  readonly server?: string | undefined;
}

/** Never a word that objects have already, such as `constructor`: it begins with a bracket. */
export const monitorKey = ({ category, keyword, server }: MonitorName): string =>
  JSON.stringify([category, keyword, ...(server === undefined ? [] : [server])]);

/** Monitors that are normal again and still listed, the newest; errors are never forgotten. */
export const normalMonitorsKept = 64;

type Raised = Event & { readonly type: 'monitor.raised' };
type Cleared = Event & { readonly type: 'monitor.cleared' };

const nameOf = ({ category, keyword, server }: EventData<'monitor.raised' | 'monitor.cleared'>) => ({
  category,
  keyword,
  ...(server !== undefined && { server }),
});

const raised = (before: MonitorView | undefined, { at, data }: Raised): ErrorMonitor => {
  const { message, origin, by, count, class: kind, expireSeconds, silenced, lastAt } = data;
  const error = before?.state === 'error' ? before : undefined;
  const toldAt = silenced ? error?.toldAt : at;
  return {
    ...nameOf(data),
    state: 'error',
    since: error?.since ?? at,
    ...{ message, origin, by, count, raisedAt: lastAt ?? at },
    ...(toldAt !== undefined && { toldAt }),
    ...(silenced && { untold: silenced }),
    ...(kind && { class: kind }),
    ...(expireSeconds !== undefined && { expireSeconds }),
  };
};

const without = (keys: readonly string[], key: string): readonly string[] =>
  keys.includes(key) ? keys.filter((one) => one !== key) : keys;

const afterRaise = ({ monitors, normalMonitors }: MonitorViews, event: Raised): MonitorViews => {
  const key = monitorKey(event.data);
  return {
    monitors: monitors.with(key, raised(monitors.get(key), event)),
    normalMonitors: without(normalMonitors, key),
  };
};

/** The oldest of too many that are normal is forgotten. */
const afterClear = (before: MonitorViews, event: Cleared): MonitorViews => {
  const key = monitorKey(event.data);
  const error = before.monitors.get(key);
  if (error?.state !== 'error') return before;
  const { message, origin, by } = error;
  const over: MonitorView = { ...nameOf(event.data), state: 'normal', since: event.at, message, origin, by };
  const monitors = before.monitors.with(key, over);
  const [oldest, ...newer] = [...before.normalMonitors, key];
  if (oldest === undefined || newer.length < normalMonitorsKept)
    return { monitors, normalMonitors: [...before.normalMonitors, key] };
  return { monitors: monitors.without(oldest), normalMonitors: newer };
};

/** All monitors after one more event about one; a clear of one that is not in error changes nothing. */
export const monitorsAfter = (monitors: MonitorViews, event: Raised | Cleared): MonitorViews =>
  event.type === 'monitor.raised' ? afterRaise(monitors, event) : afterClear(monitors, event);
