import { z } from 'zod';
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
export const monitorsSchema = z.record(z.string(), monitorView).readonly();
export type MonitorViews = z.infer<typeof monitorsSchema>;

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

const forgetOldNormals = (monitors: MonitorViews): MonitorViews => {
  const normals = Object.entries(monitors).filter(([, { state }]) => state === 'normal');
  if (normals.length <= normalMonitorsKept) return monitors;
  // The newest last: a monitor that becomes normal goes to the end of the record.
  const old = new Set(normals.slice(0, normals.length - normalMonitorsKept).map(([key]) => key));
  return Object.fromEntries(Object.entries(monitors).filter(([key]) => !old.has(key)));
};

/** All monitors after one more event about one; a clear of one that is not in error changes nothing. */
export const monitorsAfter = (monitors: MonitorViews, event: Raised | Cleared): MonitorViews => {
  const key = monitorKey(event.data);
  const before = Object.hasOwn(monitors, key) ? monitors[key] : undefined;
  if (event.type === 'monitor.raised') return { ...monitors, [key]: raised(before, event) };
  if (before?.state !== 'error') return monitors;
  const { [key]: _before, ...others } = monitors;
  const { message, origin, by } = before;
  const over: MonitorView = { ...nameOf(event.data), state: 'normal', since: event.at, message, origin, by };
  return forgetOldNormals({ ...others, [key]: over });
};
