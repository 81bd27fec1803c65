import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CodedError, messageOf } from '../../core/errors.ts';
import { faultsFromFlags } from '../../sim/bmc/faults/from-flags.ts';
import { type SimBmcProcessOptions, simBmcProcessSchema } from '../../sim/bmc/options.ts';
import { runSimBmc } from '../../sim/bmc/process.ts';
import { type ExitCode, exitCodes, explainFailure, type Terminal } from '../terminal.ts';

/** The options of one simulated BMC as the command line gives them: all text. */
export interface SimBmcFlags {
  readonly file?: string;
  readonly name?: string;
  readonly host?: string;
  readonly port?: string;
  readonly user?: string;
  readonly privilege?: string;
  readonly passwordFile?: string;
  readonly passwordEnv?: string;
  readonly kgFile?: string;
  readonly kgHexFile?: string;
  readonly guid?: string;
  readonly power?: string;
  readonly offDelay?: string;
  readonly onDelay?: string;
  readonly suites?: string;
  readonly slots?: string;
  readonly sessionIdle?: string;
  /** `name` or `name=value`, see {@link faultsFromFlags}. */
  readonly fault?: readonly string[];
  readonly seed?: string;
  readonly untilStdinEnds?: boolean;
}

const number = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

/** The flags of the whole process, which are no options of a BMC. */
type ProcessFlags = Pick<SimBmcFlags, 'file' | 'untilStdinEnds'>;

const bmcOf = (flags: Omit<SimBmcFlags, keyof ProcessFlags>): unknown => {
  const { port, offDelay, onDelay, suites, slots, sessionIdle, seed, fault, ...texts } = flags;
  return {
    ...texts,
    port: number(port),
    offDelayMs: number(offDelay),
    onDelayMs: number(onDelay),
    suites: suites?.split(',').map(Number),
    slots: number(slots),
    sessionIdleMs: number(sessionIdle),
    seed: number(seed),
    faults: fault && faultsFromFlags(fault),
  };
};

/** Leaves out what was not given, so that the defaults hold. */
const withoutGaps = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const fromFile = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new CodedError('config.unreadable', `${file}: ${messageOf(error)}`, { cause: error });
  }
};

const optionsFrom = async (flags: SimBmcFlags): Promise<SimBmcProcessOptions> => {
  const { file, untilStdinEnds: _process, ...bmc } = flags;
  const raw = file ? await fromFile(file) : withoutGaps({ bmcs: [bmcOf(bmc)] });
  const parsed = simBmcProcessSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new CodedError(
    'config.invalid',
    `the simulator's options are wrong:\n${z.prettifyError(parsed.error)}`,
  );
};

/** `noroshi sim bmc`: one or more simulated BMCs as a process of their own, until SIGTERM, SIGINT or the flag's own end. */
export const simBmcCommand = async (terminal: Terminal, flags: SimBmcFlags): Promise<ExitCode> => {
  const abort = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => abort.abort());
  try {
    const options = await optionsFrom(flags);
    await runSimBmc(options, {
      stdout: process.stdout,
      stdin: process.stdin,
      signal: abort.signal,
      untilStdinEnds: flags.untilStdinEnds ?? false,
    });
    return exitCodes.done;
  } catch (error) {
    return explainFailure(terminal, error, {});
  }
};
