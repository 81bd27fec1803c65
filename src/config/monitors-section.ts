import { z } from 'zod';
import { name } from './fields.ts';
import {
  builtInMonitorRules,
  category,
  expireSeconds,
  type MonitorRule,
  monitorRule,
} from './monitor-rules.ts';

/** A rule of one's own goes in the place of the built-in one of its name. */
const inForce = (
  own: Readonly<Record<string, z.output<typeof monitorRule>>>,
  without: readonly string[],
): readonly MonitorRule[] => [
  ...builtInMonitorRules.filter((rule) => !Object.hasOwn(own, rule.name) && !without.includes(rule.name)),
  ...Object.entries(own).map(([ruleName, rule]) => ({ name: ruleName, ...rule })),
];

/** The section `monitors`; whether its rules name events that there are is checked by `checkMonitors`. */
export const monitorsSection = z
  .strictObject({
    retellMinutes: z
      .int()
      .min(1)
      .max(10_080)
      .default(60)
      .describe(
        'Minutes after which an error that is raised again and again is told once more, with its count.',
      ),
    expireSeconds: z
      .record(category, expireSeconds.describe('Seconds, for this category.'))
      .default({})
      .meta({ expects: 'a section of categories, each with a number of seconds' })
      .describe(
        'Seconds after the last raise at which an error of that category ends by itself. Without an entry it stays until it is cleared.',
      ),
    without: z.array(name).max(64).default([]).describe('Built-in rules that are not wanted, by name.'),
    rules: z
      .record(name, monitorRule)
      .refine((rules) => Object.keys(rules).length <= 64, 'may hold at most 64 rules')
      .default({})
      .meta({ expects: 'a section with one entry for each rule' })
      .describe('Rules of your own, by name; one with the name of a built-in rule takes its place.'),
  })
  .prefault({})
  .describe('External-link monitors: what the cluster engine is told by category and keyword.');

export type MonitorsConfig = z.output<typeof monitorsSection>;

/** The rules that count: the built-in ones that are wanted, then those of the configuration. */
export const monitorRulesOf = ({ rules, without }: MonitorsConfig): readonly MonitorRule[] =>
  inForce(rules, without);
