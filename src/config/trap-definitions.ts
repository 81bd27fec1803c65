import { type Definitions, loadDefinitions } from './definitions.ts';
import { schemaNodeOf } from './expectation.ts';
import { type Complaint, explain } from './explain.ts';
import { unknownWord } from './nearest.ts';
import { type ConfigPath, type ConfigProblem, inLineOrder } from './problem.ts';
import { type TrapDefinition, type TrapRule, trapDefinitionSchema } from './trap-schema.ts';
import { problemAt, readYaml } from './yaml.ts';

/** The names in braces of a template. */
export const placeholdersOf = (template: string): string[] =>
  [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] as string);

export interface TrapDeps {
  readonly builtInDevices: string;
  readonly userDirectories: readonly string[];
  /** Values that each format knows by itself; the room of the traps knows them, this one does not. */
  readonly formatValues: Readonly<Record<TrapDefinition['format'], readonly string[]>>;
}

const templatesOf = (rule: TrapRule): [ConfigPath, string][] => {
  const { category, keyword, raise, clear = [], text, textJa } = rule;
  const single = Object.entries({ category, keyword, raise, text, textJa });
  return [
    ...single.flatMap(([key, value]): [ConfigPath, string][] =>
      value === undefined ? [] : [[[key], value]],
    ),
    ...clear.map((value, index): [ConfigPath, string] => [['clear', index], value]),
  ];
};

const wordComplaints = (rule: TrapRule, known: readonly string[]): Complaint[] => {
  const conditions = Object.keys(rule.when).filter((name) => !known.includes(name));
  const complaints = conditions.map((name) => ({
    path: ['when', name],
    message: unknownWord('value', name, known),
  }));
  const unknown = templatesOf(rule).flatMap(([path, template]) =>
    placeholdersOf(template)
      .filter((name) => !known.includes(name))
      .map((name) => ({ path, message: `{${name}}: ${unknownWord('value', name, known)}` })),
  );
  return [...complaints, ...unknown];
};

const matchComplaints = (rule: TrapRule, { format, enterprise }: TrapDefinition): Complaint[] => {
  const complaint = (key: string, message: string) => [{ path: [key], message }];
  if (format === 'pet') {
    if (rule.trapOid !== undefined) return complaint('trapOid', 'is not for `format: pet`');
    return rule.specific ? complaint('specific', 'is not for `format: pet`; use `when`') : [];
  }
  if (rule.severity === 'trap') return complaint('severity', 'can be `trap` in `format: pet` only');
  if ((rule.trapOid === undefined) === (rule.specific === undefined)) {
    return complaint('trapOid', 'exactly one of `trapOid` and `specific` must be given');
  }
  if (rule.specific && (rule.enterprise ?? enterprise) === undefined) {
    return complaint('specific', 'needs an `enterprise`, of the rule or of the definition');
  }
  return [];
};

const valueComplaints = (definition: TrapDefinition, ownValues: readonly string[]): Complaint[] =>
  Object.entries(definition.values).flatMap(([name, { oid }]) => {
    const own = ownValues.includes(name);
    if (own && oid !== undefined)
      return [{ path: ['values', name], message: 'this value is known by itself, without an `oid`' }];
    return own || oid !== undefined ? [] : [{ path: ['values', name], message: 'must have an `oid`' }];
  });

const ruleComplaints = (definition: TrapDefinition, ownValues: readonly string[]): Complaint[] => {
  const known = [...new Set([...Object.keys(definition.values), ...ownValues])];
  const complaints = definition.rules.flatMap((rule, index) =>
    [...matchComplaints(rule, definition), ...wordComplaints(rule, known)].map(({ path, message }) => ({
      path: ['rules', index, ...path],
      message,
    })),
  );
  return [...valueComplaints(definition, ownValues), ...complaints];
};

/** Reads and checks one file of trap rules. */
export const readTrapDefinition = async (
  file: string,
  formatValues: TrapDeps['formatValues'],
): Promise<{ definition?: TrapDefinition; problems: readonly ConfigProblem[] }> => {
  const yaml = await readYaml(file);
  if (yaml.value === undefined) return { problems: yaml.problems };
  const parsed = trapDefinitionSchema.safeParse(yaml.value);
  const definition = parsed.success ? { ...parsed.data, file } : undefined;
  const complaints = parsed.success
    ? ruleComplaints({ ...parsed.data, file }, formatValues[parsed.data.format])
    : explain({
        issues: parsed.error.issues,
        schema: schemaNodeOf(trapDefinitionSchema),
        value: yaml.value,
      });
  const problems = inLineOrder([
    ...yaml.problems,
    ...complaints.map(({ path, message }) => problemAt(yaml, path, message)),
  ]);
  return definition && problems.length === 0 ? { definition, problems } : { problems };
};

/** Loads the built-in trap rules, then the user's; the same model in a later folder wins. */
export const loadTrapDefinitions = (deps: TrapDeps): Promise<Definitions<TrapDefinition>> =>
  loadDefinitions({
    kind: 'trap',
    builtInDevices: deps.builtInDevices,
    userDirectories: deps.userDirectories,
    read: (file) => readTrapDefinition(file, deps.formatValues),
  });

/** All sets of rules, the user's own first: where two know one trap, the first has the first word. */
export const inOrderOfWord = (
  { byModel }: Definitions<TrapDefinition>,
  { builtInDevices }: Pick<TrapDeps, 'builtInDevices'>,
): readonly TrapDefinition[] => {
  const isOwn = ({ file }: TrapDefinition) => !file.startsWith(builtInDevices);
  const all = [...byModel.values()];
  return [...all.filter(isOwn), ...all.filter((one) => !isOwn(one))];
};
