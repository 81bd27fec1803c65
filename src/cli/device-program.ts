import type { Command } from 'commander';
import type { DevicesOptions } from './commands/devices.ts';
import type { TrapDecodeOptions } from './commands/trap-decode.ts';
import type { ExitCode, Terminal } from './terminal.ts';

type Finish = (code: ExitCode) => void;

const collect = (value: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  value,
];

const withFolders = (command: Command): Command =>
  command
    .option('--json', 'print the answer as JSON')
    .option(
      '--devices <folder>',
      'folder with definitions of your own (default: /etc/noroshi/devices.d); may be repeated',
      collect,
    );

/** Commands that need no daemon: definitions of devices, and traps in words. */
export const addDeviceCommands = (program: Command, terminal: Terminal, finish: Finish): void => {
  const devices = program.command('devices').description('definitions of BMCs and traps');
  const load = () => import('./commands/devices.ts');
  withFolders(devices.command('list').description('list every definition')).action(
    async (options: DevicesOptions) => finish(await (await load()).devicesListCommand(terminal, options)),
  );
  withFolders(devices.command('show <model>').description('print a definition, for copying')).action(
    async (model: string, options: DevicesOptions) =>
      finish(await (await load()).devicesShowCommand(terminal, model, options)),
  );
  devices
    .command('lint <files...>')
    .description('check definition files')
    .option('--json', 'print the answer as JSON')
    .action(async (files: string[], options: DevicesOptions) =>
      finish(await (await load()).devicesLintCommand(terminal, files, options)),
    );
  const trap = program.command('trap').description('SNMP traps');
  withFolders(trap.command('decode <hex...>').description('explain a datagram, v1 or v2c')).action(
    async (hex: string[], options: TrapDecodeOptions) =>
      finish(await (await import('./commands/trap-decode.ts')).trapDecodeCommand(terminal, hex, options)),
  );
};
