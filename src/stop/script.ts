import type { Clock } from '../core/clock.ts';
import type { ErrorCode } from '../core/errors.ts';
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
}

export interface StopScriptDeps {
  readonly clock: Clock;
  /** Where the script finds programs; nothing else of our own environment reaches it. */
  readonly path: string;
}

/** `1` is the forced stop, `0` the periodic check (X 5.x sample scripts). */
const forcedStop = '1';

const environmentOf = ({ server, local }: StopScript, path: string): Record<string, string> => ({
  PATH: path,
  CLP_SERVER_DOWN: server,
  CLP_SERVER_LOCAL: local,
  CLP_FORCESTOP_MODE: forcedStop,
});

const codes: Record<ProgramEnd['kind'], ErrorCode> = {
  exit: 'script.failed',
  signal: 'script.failed',
  flooded: 'script.failed',
  limit: 'script.timedOut',
  calledOff: 'script.timedOut',
  notStarted: 'script.notStarted',
};

const replyOf = ({ file, server }: StopScript, run: ProgramRun): StopReply => {
  const { end } = run;
  if (end.kind === 'exit' && end.code === 0) return { kind: 'accepted' };
  const message = `${file}, run to stop ${server}, ${howItEnded(run)}`;
  const reason = { code: codes[end.kind], message };
  if (end.kind === 'notStarted') return { kind: 'notSent', reason };
  return { kind: 'unanswered', reason, ...(end.kind === 'exit' && { exitCode: end.code }) };
};

/**
 * Stops a server by a script that runs on this machine: `CLP_SERVER_DOWN` names the server,
 * `CLP_SERVER_LOCAL` this machine, `CLP_FORCESTOP_MODE` is 1; exit code 0 is success. The script and
 * all that it started are killed when its time is up.
 */
export const createStopScript = (script: StopScript, { clock, path }: StopScriptDeps): StopPort => ({
  provesOff: script.verifiesOff,
  file: script.file,
  async stop({ deadline, signal }: CallLimits, onStarted) {
    const options = { clock, environment: environmentOf(script, path), limitMs: deadline.remainingMs() };
    return replyOf(script, await runProgram([script.file], { ...options, signal, onStarted }));
  },
});
