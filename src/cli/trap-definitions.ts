import { builtInDevices } from '../app/paths.ts';
import { defaultDeviceDirectories } from '../config/schema.ts';
import { inOrderOfWord, loadTrapDefinitions } from '../config/trap-definitions.ts';
import { formatValues } from '../snmp-trap/rules/rule-book.ts';

/** The trap rules that come with Noroshi and those of the user's folders, which go first. */
export const loadTrapRules = async (directories: readonly string[] = defaultDeviceDirectories) => {
  const loaded = await loadTrapDefinitions({
    builtInDevices,
    userDirectories: directories,
    formatValues,
  });
  const { problems, notices } = loaded;
  return { definitions: inOrderOfWord(loaded, { builtInDevices }), problems, notices };
};
