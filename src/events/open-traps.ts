import { z } from 'zod';
import { longestMonitorText, tidyName } from '../core/monitor-names.ts';
import { PersistentMap } from '../core/persistent-map.ts';
import { severities, trapClasses } from '../core/severity.ts';
import type { Event } from './catalogue.ts';
import { type MonitorName, monitorKey } from './monitors.ts';

/** A condition that a trap began and that no trap has ended yet. */
const openTrap = z
  .object({
    /** ISO 8601 UTC. */
    since: z.string(),
    name: z.string(),
    severity: z.enum(severities),
    server: z.string().optional(),
    device: z.string().optional(),
    category: z.string().optional(),
    keyword: z.string().optional(),
    class: z.enum(trapClasses).optional(),
    text: z.string(),
    textJa: z.string().optional(),
  })
  .readonly();
export type OpenTrap = z.infer<typeof openTrap>;

/** A sender's own, by key. */
const ofSender = z.record(z.string(), openTrap).readonly();
type OfSender = z.infer<typeof ofSender>;

/** By sender and key. */
export type OpenTraps = Readonly<Record<string, OfSender>>;

/** The same as the view holds it: a sender's own few are copied when one changes, not those of all. */
export type OpenTrapMap = PersistentMap<OfSender>;
export const openTrapsSchema = z.record(z.string(), ofSender).transform(PersistentMap.from<OfSender>);

type TrapEvent = Event & { readonly type: 'trap.received' | 'trap.keyForgotten' };

/** The open conditions, and what they hold in error. */
export interface OpenTrapViews {
  readonly openTraps: OpenTrapMap;
  /** How many open conditions each monitor has, by {@link monitorKey}; none where there is no entry. */
  readonly openByMonitor: PersistentMap<number>;
}

/** The external-link monitor that a trap names; undefined where its rule names none. */
export const monitorOfTrap = ({
  category,
  keyword,
  server,
}: Pick<OpenTrap, 'category' | 'keyword' | 'server'>): MonitorName | undefined =>
  category === undefined || keyword === undefined
    ? undefined
    : {
        category: tidyName(category, longestMonitorText.category),
        keyword: tidyName(keyword, longestMonitorText.keyword),
        ...(server !== undefined && { server }),
      };

const counted = (
  before: PersistentMap<number>,
  trap: OpenTrap | undefined,
  growth: 1 | -1,
): PersistentMap<number> => {
  const monitor = trap && monitorOfTrap(trap);
  if (!monitor) return before;
  const key = monitorKey(monitor);
  const count = (before.get(key) ?? 0) + growth;
  return count > 0 ? before.with(key, count) : before.without(key);
};

/** {@link OpenTrapViews} of the conditions alone. */
export const openByMonitor = (openTraps: OpenTrapMap): PersistentMap<number> => {
  let counts = PersistentMap.empty<number>();
  for (const own of openTraps.values())
    for (const trap of Object.values(own)) counts = counted(counts, trap, 1);
  return counts;
};

const without = (views: OpenTrapViews, source: string, key: string): OpenTrapViews => {
  const own = views.openTraps.get(source);
  if (!own || !Object.hasOwn(own, key)) return views;
  const { [key]: over, ...rest } = own;
  const isLast = Object.keys(rest).length === 0;
  return {
    openTraps: isLast ? views.openTraps.without(source) : views.openTraps.with(source, rest),
    openByMonitor: counted(views.openByMonitor, over, -1),
  };
};

const opened = ({ at, severity, data }: TrapEvent & { readonly type: 'trap.received' }): OpenTrap => {
  const { name, server, device, category, keyword, class: kind, text, textJa } = data;
  const given = { server, device, category, keyword, class: kind, textJa };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { since: at, name, severity, text, ...known };
};

/** The open conditions after one more trap; one that is raised again keeps its `since`. */
export const openTrapsAfter = (views: OpenTrapViews, event: TrapEvent): OpenTrapViews => {
  const { source, key } = event.data;
  if (key === undefined) return views;
  if (event.type === 'trap.keyForgotten' || event.data.action === 'clear') return without(views, source, key);
  if (event.data.action === 'none' || event.data.summary) return views;
  const own = views.openTraps.get(source) ?? {};
  // Keys come from outside, and `constructor` is a word too.
  const before = Object.hasOwn(own, key) ? own[key] : undefined;
  const next: OpenTrap = { ...opened(event), ...(before && { since: before.since }) };
  return {
    openTraps: views.openTraps.with(source, { ...own, [key]: next }),
    openByMonitor: counted(counted(views.openByMonitor, before, -1), next, 1),
  };
};
