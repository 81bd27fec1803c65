import type { Command } from 'commander';
import type { DevicesOptions } from './commands/devices.ts';
import type { TrapDecodeOptions } from './commands/trap-decode.ts';
import type { TrapSendOptions } from './commands/trap-send.ts';
import type { CommonOptions, ExitCode, Terminal } from './terminal.ts';
import { typeLetters } from './varbind-words.ts';

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

/** Commands about definitions of devices; none of them needs the daemon. */
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
};

const typesHelp = `
Varbinds are OID TYPE VALUE, with the type letters of snmptrap:
  ${typeLetters}
`;

const addTrapSend = (trap: Command, terminal: Terminal, finish: Finish): void => {
  const load = () => import('./commands/trap-send.ts');
  trap
    .command('send [words...]')
    .usage('--to HOST:PORT [options] (TRAP-OID [OID TYPE VALUE]... | --sample NAME | --hex DIGITS)')
    .description('send one notification, to see what a receiver makes of it')
    .requiredOption('--to <receiver>', 'HOST:PORT or [IPV6]:PORT; port 162 unless said otherwise')
    .option(
      '--sample <name>',
      'a trap of the shipped definitions: MODEL/NUMBER or MODEL/EVENT (see trap samples)',
    )
    .option('--hex <digits>', 'a recorded datagram, sent as it is')
    .option('--snmp <version>', 'v1, v2c or v3 (default: that of the sample, else v2c)')
    .option('--inform', 'an inform, which the receiver answers, in place of a trap')
    .option('--community-file <file>', 'file with the community (v1, v2c)')
    .option('--user <name>', 'user of v3')
    .option('--auth-protocol <name>', 'sha1, sha224, sha256, sha384 or sha512 (default: sha256)')
    .option('--auth-file <file>', 'file with the authentication passphrase (v3)')
    .option('--priv-protocol <name>', 'aes128 or aes256 (default: aes128)')
    .option('--priv-file <file>', 'file with the privacy passphrase (v3)')
    .option(
      '--agent-address <address>',
      'what a v1 trap calls its agent (default: the address it is sent from)',
    )
    .option(
      '--engine-id <hex>',
      'engine that a v3 trap is from (default: one for this machine); not the one of a gateway',
    )
    .option('--answer <duration>', 'how long an inform waits for its answer, in whole seconds (default: 5s)')
    .option('--tries <n>', 'how often an inform is sent in all (default: 3)')
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', typesHelp)
    .action(async (words: string[], options: TrapSendOptions) =>
      finish(await (await load()).trapSendCommand(terminal, words, options)),
    );
  trap
    .command('samples')
    .description('list the traps that `trap send --sample` can send')
    .option('--json', 'print the answer as JSON')
    .action(async (options: CommonOptions) =>
      finish(await (await load()).trapSamplesCommand(terminal, options)),
    );
};

/** Commands about single traps; none of them needs the daemon. */
export const addTrapCommands = (program: Command, terminal: Terminal, finish: Finish): void => {
  const trap = program.command('trap').description('SNMP traps: explain one, send one');
  withFolders(trap.command('decode <hex...>').description('explain a datagram, v1 or v2c')).action(
    async (hex: string[], options: TrapDecodeOptions) =>
      finish(await (await import('./commands/trap-decode.ts')).trapDecodeCommand(terminal, hex, options)),
  );
  addTrapSend(trap, terminal, finish);
};
