import { z } from 'zod';
import { loadDefinitions } from './definitions.ts';
import type { DriverSpecs } from './driver.ts';
import { schemaNodeOf } from './expectation.ts';
import { explain } from './explain.ts';
import { unknownWord } from './nearest.ts';
import { type ConfigProblem, inLineOrder, toPath } from './problem.ts';
import { isSection, valueAt } from './value.ts';
import { problemAt, readYaml, type YamlFile } from './yaml.ts';

/** A BMC model: which driver speaks to it, and the options that suit it. */
export const bmcDefinitionSchema = z.strictObject({
  kind: z.literal('bmc').describe('Kind of device.'),
  model: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)
    .meta({ expects: 'a name of 1 to 63 letters, digits, dots, dashes or underscores' })
    .describe('Name of the model, as `model` of a `bmc` section gives it.'),
  description: z.string().min(1).max(500).describe('What hardware this is for, in a sentence.'),
  driver: z.string().min(1).max(63).describe('Name of the driver.'),
  options: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("Options of the driver for this model; the server's `bmc` section overrides them."),
});

/** A definition and the file it came from. */
export type BmcDefinition = z.output<typeof bmcDefinitionSchema> & { readonly file: string };

export interface DeviceDeps {
  readonly bmcDrivers: DriverSpecs;
  /** Folder of the definitions that come with Noroshi (it holds `bmc/`). */
  readonly builtInDevices: string;
  /** Folders of the user, each optional; a later one overrides an earlier one. */
  readonly userDirectories: readonly string[];
}

/** All definitions that can be used. */
export interface DeviceCatalogue {
  readonly bmc: ReadonlyMap<string, BmcDefinition>;
  readonly problems: readonly ConfigProblem[];
  /** Sentences for the log: what a user's folder overrides. */
  readonly notices: readonly string[];
}

/** Options that are there must be good; those that are missing may come from the server's own section. */
const optionProblems = (yaml: YamlFile, drivers: DriverSpecs): ConfigProblem[] => {
  const driver = valueAt(yaml.value, ['driver']);
  if (typeof driver !== 'string') return [];
  const spec = Object.hasOwn(drivers, driver) ? drivers[driver] : undefined;
  if (!spec) return [problemAt(yaml, ['driver'], unknownWord('driver', driver, Object.keys(drivers)))];
  const options = valueAt(yaml.value, ['options']) ?? {};
  const parsed = spec.options.safeParse(options);
  if (parsed.success || !isSection(options)) return [];
  const present = parsed.error.issues.filter(
    (issue) =>
      issue.code === 'unrecognized_keys' ||
      valueAt(yaml.value, ['options', ...toPath(issue.path)]) !== undefined,
  );
  if (present.length === 0) return [];
  return explain({ issues: present, schema: schemaNodeOf(spec.options), value: options }).map(
    ({ path, message }) => problemAt(yaml, ['options', ...path], message),
  );
};

/** Reads and checks one definition file. */
export const readBmcDefinition = async (
  file: string,
  drivers: DriverSpecs,
): Promise<{ definition?: BmcDefinition; problems: readonly ConfigProblem[] }> => {
  const yaml = await readYaml(file);
  if (yaml.value === undefined) return { problems: yaml.problems };
  const parsed = bmcDefinitionSchema.safeParse(yaml.value);
  const issues = parsed.success ? [] : parsed.error.issues;
  const complaints = explain({ issues, schema: schemaNodeOf(bmcDefinitionSchema), value: yaml.value });
  const problems = inLineOrder([
    ...yaml.problems,
    ...complaints.map(({ path, message }) => problemAt(yaml, path, message)),
    ...optionProblems(yaml, drivers),
  ]);
  return parsed.success && problems.length === 0
    ? { definition: { ...parsed.data, file }, problems }
    : { problems };
};

/** Loads the built-in definitions, then the user's; the same kind and model in a later folder wins. */
export const loadDevices = async (deps: DeviceDeps): Promise<DeviceCatalogue> => {
  const { builtInDevices, userDirectories, bmcDrivers } = deps;
  const { byModel, problems, notices } = await loadDefinitions({
    kind: 'bmc',
    builtInDevices,
    userDirectories,
    read: (file) => readBmcDefinition(file, bmcDrivers),
  });
  return { bmc: byModel, problems, notices };
};
