import { Command, CommanderError } from 'commander';
import { version } from '../app/paths.ts';
import { fenceActions, type LocalAction, localActions } from '../core/outcome.ts';
import type { ConfigOptions } from './commands/check-config.ts';
import type { ConfirmOptions } from './commands/confirm.ts';
import type { DemoOptions } from './commands/demo.ts';
import type { EventsOptions } from './commands/events.ts';
import type { FenceOptions } from './commands/fence.ts';
import type { LocalActOptions } from './commands/local.ts';
import type { MaintenanceOptions } from './commands/maintenance.ts';
import type { MonitorOptions, NotifyOptions } from './commands/monitors.ts';
import type { SelOptions } from './commands/sel.ts';
import { addDeviceCommands, addTrapCommands } from './device-program.ts';
import { type ExitCode, exitCodes, type Terminal } from './terminal.ts';
import type { EngineOptions } from './with-engine.ts';

/** Commands are loaded when they run: a daemon needs no simulators, and a question to it no daemon. */
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
    finish(await (await import('./commands/run.ts')).runCommand(terminal, options)),
  );
  configCommand(program, 'check-config', 'check a configuration without starting anything')
    .option('--json', 'print the result as JSON')
    .action(async (options: ConfigOptions) =>
      finish(await (await import('./commands/check-config.ts')).checkConfigCommand(terminal, options)),
    );
};

const addEngineCommands = (program: Command, terminal: Terminal, finish: Finish): void => {
  engineCommand(program, 'status', 'show what is known of every server').action(
    async (options: EngineOptions) =>
      finish(await (await import('./commands/status.ts')).statusCommand(terminal, options)),
  );
  engineCommand(program, 'events', 'show the journal')
    .option('--after <seq>', 'only events after this one')
    .option('--follow', 'go on with the events that come; without --after only those')
    .option('--type <glob>', 'only these types, such as "fence.*"; may be repeated', collect, [])
    .action(async (options: EventsOptions) =>
      finish(await (await import('./commands/events.ts')).eventsCommand(terminal, options)),
    );
  engineCommand(program, 'fence <server> <action>', `force a server: ${fenceActions.join(', ')}`)
    .option('--deadline <duration>', 'how long it may take in all, such as 15s')
    .option('--requester <name>', 'who asks, for the journal')
    .option('--quorum', 'you speak for the majority of the cluster (see fence.guards.tooMany)')
    .action(async (server: string, action: string, options: FenceOptions) =>
      finish(await (await import('./commands/fence.ts')).fenceCommand(terminal, server, action, options)),
    );
  engineCommand(program, 'confirm <server>', "the operator's word that a server is off")
    .requiredOption('--reason <text>', 'why you are sure, for the journal')
    .option('--despite-life', 'though a path shows life')
    .option('--requester <name>', 'who says so (default: the user at the terminal)')
    .action(async (server: string, options: ConfirmOptions) =>
      finish(await (await import('./commands/confirm.ts')).confirmCommand(terminal, server, options)),
    );
  engineCommand(
    program,
    'doctor [server]',
    'would a forced stop work now? tries every path, changes nothing',
  ).action(async (server: string | undefined, options: EngineOptions) =>
    finish(await (await import('./commands/doctor.ts')).doctorCommand(terminal, server, options)),
  );
  engineCommand(
    program,
    'identify <server> <state>',
    'light the identify lamp of a server (on) or put it out (off)',
  ).action(async (server: string, state: string, options: EngineOptions) =>
    finish(await (await import('./commands/identify.ts')).identifyCommand(terminal, server, state, options)),
  );
};

const addMaintenance = (program: Command, terminal: Terminal, finish: Finish): void => {
  engineCommand(
    program,
    'maintenance <server> <state>',
    'keep lamps and alarms about a server quiet (on) or not (off); never a forced stop',
  )
    .option('--until <time>', 'when it ends by itself: 30m, 2h, 1d or 2026-01-31T18:00')
    .action(async (server: string, state: string, options: MaintenanceOptions) =>
      finish(
        await (await import('./commands/maintenance.ts')).maintenanceCommand(
          terminal,
          server,
          state,
          options,
        ),
      ),
    );
};

const addMonitors = (program: Command, terminal: Terminal, finish: Finish): void => {
  const monitors = engineCommand(program, 'monitors', 'show the external-link monitors').action(
    async (options: EngineOptions) =>
      finish(await (await import('./commands/monitors.ts')).monitorsCommand(terminal, options)),
  );
  engineCommand(monitors, 'clear <category> <keyword>', 'say that the error of a monitor is over')
    .option('--server <name>', 'the server it is about, where it is about one')
    .action(async (category: string, keyword: string, options: MonitorOptions) =>
      finish(
        await (await import('./commands/monitors.ts')).clearMonitorCommand(
          terminal,
          category,
          keyword,
          options,
        ),
      ),
    );
  engineCommand(
    program,
    'notify <category> <keyword>',
    'raise an external-link monitor, or clear it, as clprexec did; notify.sock will do',
  )
    .option('--message <text>', 'what is wrong')
    .option('--server <name>', 'the server it is about, where it is about one')
    .option('--clear', 'it is over')
    .action(async (category: string, keyword: string, options: NotifyOptions) =>
      finish(
        await (await import('./commands/monitors.ts')).notifyCommand(terminal, category, keyword, options),
      ),
    );
};

const addReadings = (bmc: Command, terminal: Terminal, finish: Finish): void => {
  engineCommand(bmc, 'sensors <server>', 'read every sensor of a server').action(
    async (server: string, options: EngineOptions) =>
      finish(await (await import('./commands/sensors.ts')).sensorsCommand(terminal, server, options)),
  );
  engineCommand(bmc, 'sel <server>', 'read the System Event Log of a server, oldest first')
    .option('--last <n>', 'only the last n entries (default: all, at most 2000)')
    .action(async (server: string, options: SelOptions) =>
      finish(await (await import('./commands/sel.ts')).selCommand(terminal, server, options)),
    );
};

const addBmcCommands = (program: Command, terminal: Terminal, finish: Finish): void => {
  const bmc = program.command('bmc').description('see to the BMC of a server, or read what it knows');
  for (const [verb, description] of [
    ['pin', 'remember the BMC that answers now as the one of this server'],
    ['unpin', 'forget the remembered BMC, after a board was replaced; the next proof remembers anew'],
  ] as const) {
    engineCommand(bmc, `${verb} <server>`, description).action(
      async (server: string, options: EngineOptions) =>
        finish(await (await import('./commands/pin.ts')).pinCommand(terminal, verb, server, options)),
    );
  }
  addReadings(bmc, terminal, finish);
};

const localWords: Readonly<Record<LocalAction, string>> = {
  reset: 'reset this server now',
  off: 'switch this server off now',
  cycle: 'switch this server off and on again now',
  nmi: 'send this server an NMI (diagnostic interrupt) now',
};

/** An action on the own server goes over a socket of its own. */
const localCommand = (local: Command, usage: string, description: string): Command =>
  local
    .command(usage)
    .description(description)
    .option('--json', 'print the answer as JSON')
    .option(
      '--socket <path>',
      'socket of the local actions (default: NOROSHI_LOCAL_SOCKET, else /run/noroshi/local.sock)',
    );

const addLocal = (program: Command, terminal: Terminal, finish: Finish): void => {
  const local = program
    .command('local')
    .description('reset, power off, cycle or NMI of the server this is; off by default');
  for (const action of localActions) {
    localCommand(local, action, `${localWords[action]}; where that works, nothing more is said`)
      .requiredOption('--reason <text>', 'why, for the journal')
      .option('--requester <name>', 'who asks (default: the user at the terminal)')
      .action(async (options: LocalActOptions) =>
        finish(await (await import('./commands/local.ts')).localActCommand(terminal, action, options)),
      );
  }
  localCommand(local, 'check', 'would they work now? looks, and changes nothing').action(
    async (options: EngineOptions) =>
      finish(await (await import('./commands/local.ts')).localCheckCommand(terminal, options)),
  );
};

const addNoc = (program: Command, terminal: Terminal, finish: Finish): void => {
  const noc = program.command('noc').description('the way to the NOC: SNMP, syslog, mail');
  engineCommand(
    noc,
    'test [sink]',
    'send a test message to one sink, or to all, and say what came of it',
  ).action(async (sink: string | undefined, options: EngineOptions) =>
    finish(await (await import('./commands/noc.ts')).nocTestCommand(terminal, sink, options)),
  );
  noc
    .command('mib')
    .description('print the MIB of our notifications')
    .option('--base-oid <oid>', 'where it hangs (noc.baseOid)')
    .action(async (options: { readonly baseOid?: string }) =>
      finish((await import('./commands/noc.ts')).nocMibCommand(terminal, options)),
    );
};

const addDemo = (program: Command, terminal: Terminal, finish: Finish): void => {
  program
    .command('demo')
    .description('show a forced stop from end to end, on simulated hardware')
    .option('--speed <n>', 'how fast the story is told (default 1)')
    .option('--once', 'end after the story; exit 0 only if every step was proved')
    .option('--json', 'print the steps as JSON lines')
    .action(async (options: DemoOptions) =>
      finish(await (await import('./commands/demo.ts')).demoCommand(terminal, options)),
    );
};

/** `sim` with its simulators, which are loaded only where one is to run or to be explained. */
const addSim = async (
  program: Command,
  argv: readonly string[],
  terminal: Terminal,
  finish: Finish,
): Promise<void> => {
  const sim = program.command('sim').description('run a simulated device as a process of its own');
  if (!argv.includes('sim')) return;
  const { addSimulators } = await import('./sim-program.ts');
  addSimulators(sim, terminal, finish);
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
    // What follows `monitors clear` is for `clear`, though `monitors` has options of the same names.
    .enablePositionalOptions()
    .exitOverride();
  program.configureOutput({
    writeErr: (text) => terminal.error(text.trimEnd()),
    writeOut: (text) => terminal.out(text.trimEnd()),
  });
  addDaemonCommands(program, terminal, finish);
  addEngineCommands(program, terminal, finish);
  addMaintenance(program, terminal, finish);
  addMonitors(program, terminal, finish);
  addBmcCommands(program, terminal, finish);
  addDeviceCommands(program, terminal, finish);
  addTrapCommands(program, terminal, finish);
  addLocal(program, terminal, finish);
  addNoc(program, terminal, finish);
  await addSim(program, argv, terminal, finish);
  addDemo(program, terminal, finish);
  try {
    await program.parseAsync([...argv]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    throw error;
  }
};
