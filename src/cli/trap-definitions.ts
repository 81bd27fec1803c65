import { builtInDevices } from '../app/paths.ts';
import { defaultDeviceDirectories } from '../config/schema.ts';
import { loadTrapDefinitions } from '../config/trap-definitions.ts';
import type { TrapDefinition } from '../config/trap-schema.ts';
import { formatValues } from '../snmp-trap/rules/rule-book.ts';

/** The trap rules that come with Noroshi and those of the user's folders, which go first. */
export const loadTrapRules = async (directories: readonly string[] = defaultDeviceDirectories) => {
  const { byModel, problems, notices } = await loadTrapDefinitions({
    builtInDevices,
    userDirectories: directories,
    formatValues,
  });
  const isOwn = ({ file }: TrapDefinition) => !file.startsWith(builtInDevices);
  const all = [...byModel.values()];
  const definitions = [...all.filter(isOwn), ...all.filter((one) => !isOwn(one))];
  return { definitions, problems, notices };
};
