import { tmpdir } from 'node:os';
import { type DriverSpec, optionsOf } from '../../config/driver.ts';
import { CodedError } from '../../core/errors.ts';
import { searchPath } from '../../io/search-path.ts';
import { createCommandBmc } from './command.ts';
import { type CommandOptions, commandOptions } from './command-options.ts';
import type { BmcDriver } from './driver.ts';

const longestPassword = 20;

const spec: DriverSpec<CommandOptions> = {
  name: 'command',
  options: commandOptions,
  secrets: {
    password: {
      required: true,
      maxBytes: longestPassword,
      describe:
        'Password of the BMC user, at most 20 bytes; it reaches the program by environment or file only.',
    },
    kg: {
      required: false,
      maxBytes: longestPassword,
      hex: true,
      describe: 'The BMC key (K_g) where the BMC has one set, and the program can be given it.',
    },
  },
};

/** Folders in memory first: systemd's own for this service, then the usual one. */
const privateFolders = (): string[] => {
  const own = process.env.RUNTIME_DIRECTORY?.split(':')[0];
  return [...(own ? [own] : []), '/dev/shm', tmpdir()];
};

/** BMCs that are spoken to by other programs, as their device definitions say. */
export const command: BmcDriver = {
  spec,
  build(bmc, clock) {
    const { password, kg } = bmc.secrets;
    if (!password) throw new CodedError('config.invalid', `the ${bmc.model} BMC has no password`);
    return createCommandBmc(optionsOf(spec, bmc), {
      clock,
      password,
      kg,
      searchPath: searchPath(),
      privateFolders: privateFolders(),
    });
  },
};
