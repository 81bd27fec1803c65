import { readFile } from 'node:fs/promises';
import { builtInDevices } from '../../app/paths.ts';
import { bmcDrivers } from '../../bmc/drivers/index.ts';
import { loadDevices, readBmcDefinition } from '../../config/devices.ts';
import { type ConfigProblem, formatProblem } from '../../config/problem.ts';
import { defaultDeviceDirectories } from '../../config/schema.ts';
import { readTrapDefinition } from '../../config/trap-definitions.ts';
import { valueAt } from '../../config/value.ts';
import { readYaml } from '../../config/yaml.ts';
import { CodedError } from '../../core/errors.ts';
import { formatValues } from '../../snmp-trap/rules/rule-book.ts';
import {
  type CommonOptions,
  type ExitCode,
  exitCodes,
  explainFailure,
  type Terminal,
  table,
} from '../terminal.ts';
import { loadTrapRules } from '../trap-definitions.ts';

export interface DevicesOptions extends CommonOptions {
  /** Folders with definitions in place of the usual ones. */
  readonly devices?: readonly string[];
}

interface Listed {
  readonly kind: 'bmc' | 'trap';
  readonly model: string;
  readonly description: string;
  readonly file: string;
}

const specs = Object.fromEntries(Object.entries(bmcDrivers).map(([name, { spec }]) => [name, spec]));

interface AllDevices {
  readonly devices: readonly Listed[];
  readonly problems: readonly ConfigProblem[];
  readonly notices: readonly string[];
}

const allDevices = async (directories: readonly string[] = defaultDeviceDirectories): Promise<AllDevices> => {
  const bmc = await loadDevices({ bmcDrivers: specs, builtInDevices, userDirectories: directories });
  const traps = await loadTrapRules(directories);
  const listed =
    (kind: Listed['kind']) =>
    (one: Omit<Listed, 'kind'>): Listed => {
      const { model, description, file } = one;
      return { kind, model, description, file };
    };
  return {
    devices: [...[...bmc.bmc.values()].map(listed('bmc')), ...traps.definitions.map(listed('trap'))],
    problems: [...bmc.problems, ...traps.problems],
    notices: [...bmc.notices, ...traps.notices],
  };
};

/** `noroshi devices list`: every definition that can be used, and which files are not good. */
export const devicesListCommand = async (terminal: Terminal, options: DevicesOptions): Promise<ExitCode> => {
  const { devices, problems, notices } = await allDevices(options.devices);
  const complaints = problems.map(formatProblem);
  if (options.json) terminal.out(JSON.stringify({ devices, problems: complaints, notices }));
  else {
    const rows = devices.map(({ kind, model, description }) => [kind, model, description]);
    for (const line of table(rows)) terminal.out(line);
    for (const notice of notices) terminal.out(`note: ${notice}`);
    for (const complaint of complaints) terminal.error(complaint);
  }
  return complaints.length === 0 ? exitCodes.done : exitCodes.usage;
};

/** `noroshi devices show MODEL`: the definition as it is in force, for copying. */
export const devicesShowCommand = async (
  terminal: Terminal,
  model: string,
  options: DevicesOptions,
): Promise<ExitCode> => {
  try {
    const { devices } = await allDevices(options.devices);
    const found = devices.filter((one) => one.model === model);
    if (found.length === 0) throw new CodedError('usage', `there is no definition of model ${model}`);
    for (const { kind, file } of found) {
      const text = await readFile(file, 'utf8');
      if (options.json) terminal.out(JSON.stringify({ kind, model, file, text }));
      else terminal.out(`# ${file}\n${text.trimEnd()}`);
    }
    return exitCodes.done;
  } catch (error) {
    return explainFailure(terminal, error, options);
  }
};

const problemsOf = async (file: string): Promise<readonly ConfigProblem[]> => {
  const yaml = await readYaml(file);
  if (valueAt(yaml.value, ['kind']) === 'trap')
    return (await readTrapDefinition(file, formatValues)).problems;
  return (await readBmcDefinition(file, specs)).problems;
};

/** `noroshi devices lint FILE…`: what is wrong with definitions, as `file:line: path: what is wrong`. */
export const devicesLintCommand = async (
  terminal: Terminal,
  files: readonly string[],
  { json }: DevicesOptions,
): Promise<ExitCode> => {
  const problems = (await Promise.all(files.map(problemsOf))).flat().map(formatProblem);
  if (json) terminal.out(JSON.stringify({ ok: problems.length === 0, problems }));
  else {
    for (const problem of problems) terminal.error(problem);
    if (problems.length === 0) terminal.out(`${files.join(', ')}: good`);
  }
  return problems.length === 0 ? exitCodes.done : exitCodes.usage;
};
