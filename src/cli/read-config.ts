import { builtInDevices } from '../app/paths.ts';
import { bmcDrivers } from '../bmc/drivers/index.ts';
import { type LoadDeps, type LoadedConfig, loadConfig } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import { fail, type Result } from '../core/result.ts';
import { eventWords } from '../events/fields.ts';
import { typesMatching } from '../events/glob.ts';
import { formatValues } from '../snmp-trap/rules/rule-book.ts';

const specs = Object.fromEntries(Object.entries(bmcDrivers).map(([name, { spec }]) => [name, spec]));

const isEventGlob = (glob: string): boolean => typesMatching([glob]).length > 0;

/** The configuration with the built-in devices and drivers, or every problem as `file:line: path: what is wrong`. */
export const readConfig = async (
  file: string,
  openFiles: LoadDeps['openFiles'] = 'warn',
): Promise<Result<LoadedConfig, readonly string[]>> => {
  const { env: environment } = process;
  const loaded = await loadConfig(file, {
    ...{ bmcDrivers: specs, eventWords, environment, builtInDevices, openFiles },
    trapValues: formatValues,
    isEventGlob,
  });
  return loaded.ok ? loaded : fail(loaded.failure.map(formatProblem));
};
