import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileFailureOf } from './files.ts';
import type { ConfigProblem } from './problem.ts';

/** What every kind of definition has: the model it defines, and the file it came from. */
export interface Definition {
  readonly model: string;
  readonly file: string;
}

export interface DefinitionDeps<One extends Definition> {
  /** The kind of device, which is the name of its folder. */
  readonly kind: string;
  /** Folder of the definitions that come with Noroshi; it holds the folders of all kinds. */
  readonly builtInDevices: string;
  /** Folders of the user, each optional; a later one overrides an earlier one. */
  readonly userDirectories: readonly string[];
  /** Reads and checks one file. */
  read(file: string): Promise<{ definition?: One; problems: readonly ConfigProblem[] }>;
}

/** All definitions of one kind that can be used, by model. */
export interface Definitions<One extends Definition> {
  readonly byModel: ReadonlyMap<string, One>;
  readonly problems: readonly ConfigProblem[];
  /** Sentences for the log: what a user's folder overrides. */
  readonly notices: readonly string[];
}

const wholeFolder = (file: string, message: string): ConfigProblem => ({
  file,
  line: 1,
  column: 1,
  path: '',
  message,
});

/** The definition files of a folder, by name; a folder that does not exist has none if it is `optional`. */
const filesOf = async (
  folder: string,
  optional: boolean,
): Promise<{ files: string[]; problems: ConfigProblem[] }> => {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml') && !name.startsWith('.'));
    return { files: names.sort().map((name) => join(folder, name)), problems: [] };
  } catch (error) {
    const failure = fileFailureOf(error);
    if (optional && failure === 'does not exist') return { files: [], problems: [] };
    return { files: [], problems: [wholeFolder(folder, `the folder ${failure}`)] };
  }
};

interface Folder<One> {
  readonly definitions: ReadonlyMap<string, One>;
  readonly problems: readonly ConfigProblem[];
}

const readFolder = async <One extends Definition>(
  folder: string,
  optional: boolean,
  read: DefinitionDeps<One>['read'],
): Promise<Folder<One>> => {
  const { files, problems } = await filesOf(folder, optional);
  const definitions = new Map<string, One>();
  for (const file of files) {
    const one = await read(file);
    problems.push(...one.problems);
    if (!one.definition) continue;
    const { model } = one.definition;
    const other = definitions.get(model);
    if (other) problems.push(wholeFolder(file, `model ${model} is already defined by ${other.file}`));
    else definitions.set(model, one.definition);
  }
  return { definitions, problems };
};

/** Loads the built-in definitions of a kind, then the user's; the same model in a later folder wins. */
export const loadDefinitions = async <One extends Definition>(
  deps: DefinitionDeps<One>,
): Promise<Definitions<One>> => {
  const builtIn = await readFolder(join(deps.builtInDevices, deps.kind), false, deps.read);
  const byModel = new Map(builtIn.definitions);
  const problems = [...builtIn.problems];
  const notices: string[] = [];
  for (const directory of deps.userDirectories) {
    const folder = await readFolder(join(directory, deps.kind), true, deps.read);
    problems.push(...folder.problems);
    for (const [model, definition] of folder.definitions) {
      const overridden = byModel.get(model)?.file;
      const isBuiltIn = overridden === builtIn.definitions.get(model)?.file;
      if (overridden !== undefined) {
        const which = isBuiltIn ? 'the built-in definition' : overridden;
        notices.push(`model ${model}: ${definition.file} overrides ${which}`);
      }
      byModel.set(model, definition);
    }
  }
  return { byModel, problems, notices };
};
