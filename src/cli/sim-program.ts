import type { Command } from 'commander';
import { faultHelp } from '../sim/bmc/faults/from-flags.ts';
import { type SimBmcFlags, simBmcCommand } from './commands/sim.ts';
import type { ExitCode, Terminal } from './terminal.ts';

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

/** Adds the simulators to `sim`: in a file of its own, since no other command needs what they are made of. */
export const addSimulators = (sim: Command, terminal: Terminal, finish: (code: ExitCode) => void): void => {
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
    .option('--session-idle <ms>', 'how long a session may say nothing before it is dropped (default 60000)')
    .option('--fault <name[=value]>', 'a fault that it starts with, see below; may be repeated', collect, [])
    .option('--seed <n>', 'repeats what faults do by chance (default: another one each time)')
    .option('--until-stdin-ends', 'end when standard input ends')
    .addHelpText('after', () => `\nFaults (docs/simulators.md):\n${faultHelp()}`)
    .action(async (flags: SimBmcFlags) => finish(await simBmcCommand(terminal, flags)));
};
