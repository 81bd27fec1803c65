import { z } from 'zod';
import { PersistentMap } from '../core/persistent-map.ts';
import { severities, trapClasses } from '../core/severity.ts';
import type { Event } from './catalogue.ts';

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

const without = (open: OpenTrapMap, source: string, key: string): OpenTrapMap => {
  const own = open.get(source);
  if (!own || !Object.hasOwn(own, key)) return open;
  const { [key]: _over, ...rest } = own;
  return Object.keys(rest).length > 0 ? open.with(source, rest) : open.without(source);
};

const opened = ({ at, severity, data }: TrapEvent & { readonly type: 'trap.received' }): OpenTrap => {
  const { name, server, device, category, keyword, class: kind, text, textJa } = data;
  const given = { server, device, category, keyword, class: kind, textJa };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { since: at, name, severity, text, ...known };
};

/** The open conditions after one more trap; one that is raised again keeps its `since`. */
export const openTrapsAfter = (open: OpenTrapMap, event: TrapEvent): OpenTrapMap => {
  const { source, key } = event.data;
  if (key === undefined) return open;
  if (event.type === 'trap.keyForgotten' || event.data.action === 'clear') return without(open, source, key);
  if (event.data.action === 'none' || event.data.summary) return open;
  const own = open.get(source) ?? {};
  // Keys come from outside, and `constructor` is a word too.
  const before = Object.hasOwn(own, key) ? own[key] : undefined;
  const next = { ...opened(event), ...(before && { since: before.since }) };
  return open.with(source, { ...own, [key]: next });
};
