import type { TrapDefinition, TrapRule } from '../../config/trap-schema.ts';
import { petEnterprise } from '../pet/specific-trap.ts';
import { type CompiledRule, compileRule } from './compiled-rule.ts';
import type { Values } from './template.ts';

/** The rules of one definition that a trap OID meets, in their order. */
export interface Chapter {
  readonly definition: TrapDefinition;
  /** Objects that the definition has a name for. */
  readonly objects: readonly string[];
  readonly rules: readonly CompiledRule[];
}

/** The first rule that matches. */
export const matching = (chapters: readonly Chapter[], values: Values): CompiledRule | undefined => {
  for (const { rules } of chapters) {
    const rule = rules.find(({ matches }) => matches(values));
    if (rule) return rule;
  }
  return undefined;
};

const arcsOf = (rule: TrapRule, definition: TrapDefinition): string[] => {
  if (definition.format === 'pet') return [petEnterprise];
  if (rule.trapOid !== undefined) return [rule.trapOid];
  const enterprise = rule.enterprise ?? definition.enterprise;
  return (rule.specific ?? []).flatMap((specific) => [
    `${enterprise}.${specific}`,
    `${enterprise}.0.${specific}`,
  ]);
};

/** Chapters by trap OID: a trap meets only the rules that name its OID, however many others there are. */
export const chaptersByOid = (
  definitions: readonly TrapDefinition[],
): ReadonlyMap<string, readonly Chapter[]> => {
  const index = new Map<string, Chapter[]>();
  for (const definition of definitions) {
    const objects = Object.values(definition.values).flatMap(({ oid }) => oid ?? []);
    const own = new Map<string, CompiledRule[]>();
    for (const rule of definition.rules) {
      const compiled = compileRule(rule, definition);
      for (const arc of arcsOf(rule, definition)) {
        const there = own.get(arc);
        if (there) there.push(compiled);
        else own.set(arc, [compiled]);
      }
    }
    for (const [arc, rules] of own)
      index.set(arc, [...(index.get(arc) ?? []), { definition, objects, rules }]);
  }
  return index;
};
