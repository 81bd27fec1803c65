import type { TrapCondition, TrapDefinition, TrapRule } from '../../config/trap-schema.ts';
import type { Severity } from '../../core/severity.ts';
import { meets } from './condition.ts';
import type { PlainValue } from './plain-value.ts';
import { parseTemplate, render, renderKeys, type Template, type Values } from './template.ts';

/** What a rule decides of a trap; keys are without the sender. */
export interface Decision {
  /** `MODEL/NAME`. */
  readonly rule: string;
  readonly name: string;
  readonly severity: Severity;
  readonly class: TrapRule['class'] | undefined;
  readonly raise: string | undefined;
  readonly clears: readonly string[];
}

/** A trap as its rule puts it in words. */
export interface RuleWords {
  readonly category?: string;
  readonly keyword?: string;
  readonly text: string;
  readonly textJa?: string;
}

/** Longest key, category, keyword and text, in characters. */
const longest = { key: 128, category: 63, keyword: 127, text: 500 } as const;

/** A rule whose templates are cut up. */
export interface CompiledRule {
  /** Names of the values that its decision rests on. */
  readonly decidesBy: readonly string[];
  matches(values: Values): boolean;
  /** `severity` is what a rule of severity `trap` takes. */
  decide(values: Values, severity: Severity): Decision;
  words(values: Values): RuleWords;
}

const single = (value: PlainValue | readonly string[] | undefined): PlainValue | undefined =>
  typeof value === 'object' ? undefined : value;

const namesIn = (templates: readonly Template[]): string[] =>
  templates.flat().flatMap((part) => (typeof part === 'object' ? part.name : []));

const allMeet = (conditions: readonly [string, TrapCondition][], values: Values): boolean =>
  conditions.every(([name, condition]) => meets(single(values.get(name)), condition));

export const compileRule = (rule: TrapRule, definition: TrapDefinition): CompiledRule => {
  const conditions = Object.entries(rule.when);
  const optional = (template: string | undefined): Template | undefined =>
    template === undefined ? undefined : parseTemplate(template);
  const [category, keyword, raise, textJa] = [rule.category, rule.keyword, rule.raise, rule.textJa].map(
    optional,
  );
  const clear = (rule.clear ?? []).map(parseTemplate);
  const text = parseTemplate(rule.text);
  const inWords = (language: 'en' | 'ja') => (name: string, value: PlainValue) =>
    definition.values[name]?.words?.[String(value)]?.[language];
  const fullName = `${definition.model}/${rule.name}`;
  return {
    decidesBy: [...Object.keys(rule.when), ...namesIn(raise ? [raise, ...clear] : clear)],
    matches: (values) => allMeet(conditions, values),
    decide: (values, severity) => ({
      rule: fullName,
      name: rule.name,
      severity: rule.severity === 'trap' ? severity : rule.severity,
      clears: clear.flatMap((template) => renderKeys(template, values, longest.key)),
      class: rule.class,
      raise: raise && render(raise, values, longest.key),
    }),
    words: (values) => ({
      text: render(text, values, longest.text, inWords('en')),
      ...(category && { category: render(category, values, longest.category) }),
      ...(keyword && { keyword: render(keyword, values, longest.keyword) }),
      ...(textJa && { textJa: render(textJa, values, longest.text, inWords('ja')) }),
    }),
  };
};
