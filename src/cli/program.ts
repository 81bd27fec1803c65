import { Command, CommanderError } from 'commander';
import { version } from '../app/paths.ts';
import { fenceActions } from '../core/outcome.ts';
import { faultHelp } from '../sim/bmc/faults/from-flags.ts';
import { type ConfigOptions, checkConfigCommand } from './commands/check-config.ts';
import { type DemoOptions, demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { type EventsOptions, eventsCommand } from './commands/events.ts';
import { type FenceOptions, fenceCommand } from './commands/fence.ts';
import { identifyCommand } from './commands/identify.ts';
import { pinCommand } from './commands/pin.ts';
import { runCommand } from './commands/run.ts';
import { type SimBmcFlags, simBmcCommand } from './commands/sim.ts';
import { statusCommand } from './commands/status.ts';
import { type ExitCode, exitCodes, type Terminal } from './terminal.ts';
import type { EngineOptions } from './with-engine.ts';

type Finish = (code: ExitCode) => void;

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

/** A command that talks to the daemon. */
const engineCommand = (program: Command, usage: string, description: string): Command =>
  program
    .command(usage)
    .description(description)
    .option('--json', 'print the answer as JSON')
    .option(
      '--socket <path>',
      'socket of the daemon (default: NOROSHI_SOCKET, else /run/noroshi/engine.sock)',
    );

const configCommand = (program: Command, usage: string, description: string): Command =>
  program.command(usage).description(description).requiredOption('--config <file>', 'configuration file');

const addDaemonCommands = (program: Command, terminal: Terminal, finish: Finish): void => {
  configCommand(program, 'run', 'run the gateway in the foreground').action(async (options: ConfigOptions) =>
    finish(await runCommand(terminal, options)),
  );
  configCommand(program, 'check-config', 'check a configuration without starting anything')
    .option('--json', 'print the result as JSON')
    .action(async (options: ConfigOptions) => finish(await checkConfigCommand(terminal, options)));
};

const addEngineCommands = (program: Command, terminal: Terminal, finish: Finish): void => {
  engineCommand(program, 'status', 'show what is known of every server').action(
    async (options: EngineOptions) => finish(await statusCommand(terminal, options)),
  );
  engineCommand(program, 'events', 'show the journal')
    .option('--after <seq>', 'only events after this one')
    .option('--follow', 'go on with the events that come; without --after only those')
    .option('--type <glob>', 'only these types, such as "fence.*"; may be repeated', collect, [])
    .action(async (options: EventsOptions) => finish(await eventsCommand(terminal, options)));
  engineCommand(program, 'fence <server> <action>', `force a server: ${fenceActions.join(', ')}`)
    .option('--deadline <duration>', 'how long it may take in all, such as 15s')
    .option('--requester <name>', 'who asks, for the journal')
    .action(async (server: string, action: string, options: FenceOptions) =>
      finish(await fenceCommand(terminal, server, action, options)),
    );
  engineCommand(
    program,
    'doctor [server]',
    'would a forced stop work now? tries every path, changes nothing',
  ).action(async (server: string | undefined, options: EngineOptions) =>
    finish(await doctorCommand(terminal, server, options)),
  );
  engineCommand(
    program,
    'identify <server> <state>',
    'light the identify lamp of a server (on) or put it out (off)',
  ).action(async (server: string, state: string, options: EngineOptions) =>
    finish(await identifyCommand(terminal, server, state, options)),
  );
};

const addBmcCommands = (program: Command, terminal: Terminal, finish: Finish): void => {
  const bmc = program.command('bmc').description('see to the BMC of a server');
  for (const [verb, description] of [
    ['pin', 'remember the BMC that answers now as the one of this server'],
    ['unpin', 'forget the remembered BMC, after a board was replaced; the next proof remembers anew'],
  ] as const) {
    engineCommand(bmc, `${verb} <server>`, description).action(
      async (server: string, options: EngineOptions) =>
        finish(await pinCommand(terminal, verb, server, options)),
    );
  }
};

const addSimulators = (program: Command, terminal: Terminal, finish: Finish): void => {
  const sim = program.command('sim').description('run a simulated device as a process of its own');
  sim
    .command('bmc')
    .description(
      'an IPMI 2.0 BMC, for ipmitool and others; JSON lines on standard output, control lines on standard input',
    )
    .option('--file <json>', 'several BMCs at once: {"bmcs": [...]}, instead of the options below')
    .option('--name <name>', 'its name in the output')
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--port <port>', 'UDP port (default: a free one)')
    .option('--user <name>', 'user name (default admin)')
    .option('--privilege <level>', 'privilege limit of the user (default administrator)')
    .option('--password-file <file>', 'file with the password (default password: noroshi)')
    .option('--password-env <name>', 'environment variable with the password')
    .option('--kg-file <file>', 'file with the BMC key (K_g)')
    .option('--kg-hex-file <file>', 'file with the BMC key (K_g) in hex')
    .option('--guid <hex>', 'GUID, 32 hex digits')
    .option('--power <state>', 'power at the start, on or off (default on)')
    .option('--off-delay <ms>', 'how long the server takes to go off')
    .option('--on-delay <ms>', 'how long the server takes to come on')
    .option('--suites <ids>', 'cipher suites, such as 17,3')
    .option('--slots <n>', 'sessions it can have at once (default 4)')
    .option('--fault <name[=value]>', 'a fault that it starts with, see below; may be repeated', collect, [])
    .option('--seed <n>', 'repeats what faults do by chance (default: another one each time)')
    .option('--until-stdin-ends', 'end when standard input ends')
    .addHelpText('after', () => `\nFaults (docs/simulators.md):\n${faultHelp()}`)
    .action(async (flags: SimBmcFlags) => finish(await simBmcCommand(terminal, flags)));
  program
    .command('demo')
    .description('show a forced stop from end to end, on simulated hardware')
    .option('--speed <n>', 'how fast the story is told (default 1)')
    .option('--once', 'end after the story; exit 0 only if every step was proved')
    .option('--json', 'print the steps as JSON lines')
    .action(async (options: DemoOptions) => finish(await demoCommand(terminal, options)));
};

/** The whole command line. Resolves with the exit code; only usage faults are decided here. */
export const runProgram = async (argv: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  let code: ExitCode = exitCodes.done;
  const finish: Finish = (ended) => {
    code = ended;
  };
  const program = new Command('noroshi')
    .description('Hardware and power integration gateway of an HA cluster')
    .version(version)
    .showHelpAfterError('(see: noroshi help)')
    .exitOverride();
  program.configureOutput({
    writeErr: (text) => terminal.error(text.trimEnd()),
    writeOut: (text) => terminal.out(text.trimEnd()),
  });
  addDaemonCommands(program, terminal, finish);
  addEngineCommands(program, terminal, finish);
  addBmcCommands(program, terminal, finish);
  addSimulators(program, terminal, finish);
  try {
    await program.parseAsync([...argv]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    throw error;
  }
};
