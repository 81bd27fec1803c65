import type { MonitorMatch, MonitorRule } from '../config/monitor-rules.ts';
import { longestMonitorText, tidyName, tidyText } from '../core/monitor-names.ts';
import { type Event, serverOf } from '../events/catalogue.ts';
import { typesForRules } from '../events/fields.ts';
import type { MonitorName } from '../events/monitors.ts';
import type { MonitorRequest } from './request.ts';

type Conditions = MonitorMatch['where'];

/** The value at a dotted path; names come from a configuration, and `constructor` is a name too. */
const valueAt = (data: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (node, key) =>
        typeof node === 'object' && node !== null && Object.hasOwn(node, key)
          ? (node as Readonly<Record<string, unknown>>)[key]
          : undefined,
      data,
    );

const holds = (data: unknown, [path, wanted]: [string, Conditions[string]]): boolean => {
  const value = valueAt(data, path);
  return Array.isArray(wanted) ? wanted.some((one) => one === value) : wanted === value;
};

const fill = (template: string, { type, data }: Event): string =>
  template.replace(/\{([\w.]+)\}/g, (_place, path: string) => {
    const value = path === 'type' ? type : valueAt(data, path);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '?';
  });

/** A match with the types of its glob looked up once. */
interface CompiledMatch {
  readonly types: ReadonlySet<string>;
  readonly where: readonly [string, Conditions[string]][];
  readonly unless: readonly [string, Conditions[string]][];
}

export interface CompiledRule extends Omit<MonitorRule, 'raise' | 'clear'> {
  readonly raise: readonly CompiledMatch[];
  readonly clear: readonly CompiledMatch[];
}

const compileMatch = ({ event, where, unless }: MonitorMatch): CompiledMatch => ({
  types: new Set(typesForRules(event)),
  where: Object.entries(where),
  unless: Object.entries(unless),
});

/** Rules by the types of events that they raise or clear by, in their order. */
export type RuleIndex = ReadonlyMap<string, readonly CompiledRule[]>;

const typesOf = ({ raise, clear }: CompiledRule): ReadonlySet<string> =>
  new Set([...raise, ...clear].flatMap(({ types }) => [...types]));

/** An event meets only the rules that name its type: of most types there is none. */
export const compileRules = (rules: readonly MonitorRule[]): RuleIndex => {
  const index = new Map<string, CompiledRule[]>();
  for (const rule of rules) {
    const compiled = { ...rule, raise: rule.raise.map(compileMatch), clear: rule.clear.map(compileMatch) };
    for (const type of typesOf(compiled)) index.set(type, [...(index.get(type) ?? []), compiled]);
  }
  return index;
};

const matches = ({ types, where, unless }: CompiledMatch, { type, data }: Event): boolean =>
  types.has(type) &&
  where.every((condition) => holds(data, condition)) &&
  !unless.some((condition) => holds(data, condition));

const nameFor = ({ category, keyword }: CompiledRule, event: Event): MonitorName => {
  const server = serverOf(event);
  const filled = tidyName(fill(keyword, event), longestMonitorText.keyword);
  return { category, keyword: filled, ...(server !== undefined && { server }) };
};

const requestBy = (rule: CompiledRule, event: Event): MonitorRequest[] => {
  const cause = event.seq;
  if (rule.raise.some((match) => matches(match, event))) {
    const message = tidyText(fill(rule.message, event), longestMonitorText.message);
    const { name: by, expireSeconds } = rule;
    const times = expireSeconds === undefined ? {} : { expireSeconds };
    return [{ kind: 'raise', ...nameFor(rule, event), message, origin: 'event', by, ...times, cause }];
  }
  if (!rule.clear.some((match) => matches(match, event))) return [];
  return [{ kind: 'clear', ...nameFor(rule, event), why: 'event', cause }];
};

const none: readonly CompiledRule[] = [];

/** What an event means for external-link monitors by the rules, in their order; nothing for most. */
export const requestsByRules = (rules: RuleIndex, event: Event): readonly MonitorRequest[] =>
  (rules.get(event.type) ?? none).flatMap((rule) => requestBy(rule, event));
