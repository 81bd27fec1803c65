import type { Complaint } from './explain.ts';
import { builtInMonitorRules, type MonitorMatch } from './monitor-rules.ts';
import type { MonitorsConfig } from './monitors-section.ts';
import { unknownWord } from './nearest.ts';
import type { ConfigPath } from './problem.ts';

/** What is known of events, which this room may not look up itself. */
export interface EventWords {
  /** The types that a glob of a rule matches. */
  types(glob: string): readonly string[];
  hasField(type: string, path: string): boolean;
}

type Rule = MonitorsConfig['rules'][string];

const complaintsOfMatch = (at: ConfigPath, match: MonitorMatch, words: EventWords): Complaint[] => {
  const types = words.types(match.event);
  if (types.length === 0)
    return [{ path: [...at, 'event'], message: 'matches no event that a rule may name' }];
  return (['where', 'unless'] as const).flatMap((key) =>
    Object.keys(match[key])
      .filter((path) => !types.some((type) => words.hasField(type, path)))
      .map((path) => ({
        path: [...at, key, path],
        message: `no event ${match.event} has data of this name`,
      })),
  );
};

/** An error that nothing ends would stay for ever unless somebody thinks of it. */
const complaintsOfRule = (name: string, rule: Rule, words: EventWords): Complaint[] => {
  const at = ['monitors', 'rules', name];
  const ofMatches = (['raise', 'clear'] as const).flatMap((key) =>
    rule[key].flatMap((match, index) => complaintsOfMatch([...at, key, index], match, words)),
  );
  if (rule.clear.length > 0 || rule.expireSeconds !== undefined) return ofMatches;
  return [...ofMatches, { path: at, message: 'nothing ends it; give it clear or expireSeconds' }];
};

/** Whether the rules of external-link monitors can be meant like that. */
export const checkMonitors = (
  { monitors }: { readonly monitors: MonitorsConfig },
  words: EventWords,
): Complaint[] => {
  const names = builtInMonitorRules.map(({ name }) => name);
  const strangers = monitors.without.flatMap((name, index): Complaint[] =>
    names.includes(name)
      ? []
      : [{ path: ['monitors', 'without', index], message: unknownWord('built-in rule', name, names) }],
  );
  const ofRules = Object.entries(monitors.rules).flatMap(([name, rule]) =>
    complaintsOfRule(name, rule, words),
  );
  return [...strangers, ...ofRules];
};
