import { z } from 'zod';
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

/** By sender and key: a sender's own few are copied when one changes, not those of all. */
export const openTrapsSchema = z.record(z.string(), z.record(z.string(), openTrap).readonly()).readonly();
export type OpenTraps = z.infer<typeof openTrapsSchema>;

type TrapEvent = Event & { readonly type: 'trap.received' | 'trap.keyForgotten' };

/** The own entry: senders and keys come from outside, and `constructor` is a word too. */
const entry = <Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

const without = (open: OpenTraps, source: string, key: string): OpenTraps => {
  const ofSource = entry(open, source);
  if (!ofSource || !Object.hasOwn(ofSource, key)) return open;
  const { [key]: _over, ...rest } = ofSource;
  if (Object.keys(rest).length > 0) return { ...open, [source]: rest };
  const { [source]: _none, ...others } = open;
  return others;
};

const opened = ({ at, severity, data }: TrapEvent & { readonly type: 'trap.received' }): OpenTrap => {
  const { name, server, device, category, keyword, class: kind, text, textJa } = data;
  const given = { server, device, category, keyword, class: kind, textJa };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { since: at, name, severity, text, ...known };
};

/** The open conditions after one more trap; one that is raised again keeps its `since`. */
export const openTrapsAfter = (open: OpenTraps, event: TrapEvent): OpenTraps => {
  const { source, key } = event.data;
  if (key === undefined) return open;
  if (event.type === 'trap.keyForgotten' || event.data.action === 'clear') return without(open, source, key);
  if (event.data.action === 'none' || event.data.summary) return open;
  const before = entry(open, source)?.[key];
  const next = { ...opened(event), ...(before && { since: before.since }) };
  return { ...open, [source]: { ...entry(open, source), [key]: next } };
};
