import type { Clock } from '../core/clock.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Reason } from '../core/outcome.ts';
import type { CallLimits, StopPort, StopReply } from '../core/ports.ts';
import { type ProgramEnd, type ProgramRun, runProgram } from '../io/program.ts';
import { howItEnded } from './ending.ts';

/** The site's own script, by the contract of the product's forced-stop script. */
export interface StopScript {
  /** Absolute path; it is run without a shell and without arguments. */
  readonly file: string;
  /** The server to stop. */
  readonly server: string;
  /** The machine this gateway runs on. */
  readonly local: string;
  /** Whether its exit code 0 means that it has verified that the server is off. */
  readonly verifiesOff: boolean;
  /** Whether it knows the periodic check: one that does not would really stop the server. */
  readonly supportsCheck: boolean;
}

export interface StopScriptDeps {
  readonly clock: Clock;
  /** Where the script finds programs; nothing else of our own environment reaches it. */
  readonly path: string;
}

/** `1` is the forced stop, `0` the periodic check (X 5.x sample scripts). */
const modes = { stop: '1', check: '0' } as const;
type Mode = keyof typeof modes;

const environmentOf = ({ server, local }: StopScript, path: string, mode: Mode): Record<string, string> => ({
  PATH: path,
  CLP_SERVER_DOWN: server,
  CLP_SERVER_LOCAL: local,
  CLP_FORCESTOP_MODE: modes[mode],
});

const codes: Record<ProgramEnd['kind'], ErrorCode> = {
  exit: 'script.failed',
  signal: 'script.failed',
  flooded: 'script.failed',
  limit: 'script.timedOut',
  calledOff: 'script.timedOut',
  notStarted: 'script.notStarted',
};

const succeeded = ({ end }: ProgramRun): boolean => end.kind === 'exit' && end.code === 0;

const reasonOf = ({ file, server }: StopScript, run: ProgramRun, mode: Mode): Reason => {
  const purpose = mode === 'stop' ? `to stop ${server}` : `to check whether it could stop ${server}`;
  return { code: codes[run.end.kind], message: `${file}, run ${purpose}, ${howItEnded(run)}` };
};

const replyOf = (script: StopScript, run: ProgramRun): StopReply => {
  if (succeeded(run)) return { kind: 'accepted' };
  const { end } = run;
  const reason = reasonOf(script, run, 'stop');
  if (end.kind === 'notStarted') return { kind: 'notSent', reason };
  return { kind: 'unanswered', reason, ...(end.kind === 'exit' && { exitCode: end.code }) };
};

/**
 * Stops a server by a script that runs on this machine: `CLP_SERVER_DOWN` names the server,
 * `CLP_SERVER_LOCAL` this machine, `CLP_FORCESTOP_MODE` is 1, or 0 where it only checks; exit code 0 is
 * success. The script and all that it started are killed when its time is up.
 */
export const createStopScript = (script: StopScript, { clock, path }: StopScriptDeps): StopPort => {
  const run = (mode: Mode, { deadline, signal }: CallLimits, onStarted?: () => void): Promise<ProgramRun> => {
    const options = {
      clock,
      environment: environmentOf(script, path, mode),
      limitMs: deadline.remainingMs(),
    };
    return runProgram([script.file], { ...options, signal, ...(onStarted && { onStarted }) });
  };
  const check: StopPort['check'] = async (limits) => {
    const checked = await run('check', limits);
    return succeeded(checked) ? undefined : reasonOf(script, checked, 'check');
  };
  return {
    provesOff: script.verifiesOff,
    file: script.file,
    stop: async (limits, onStarted) => replyOf(script, await run('stop', limits, onStarted)),
    ...(script.supportsCheck && { check }),
  };
};
