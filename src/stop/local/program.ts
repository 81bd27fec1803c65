import type { Clock } from '../../core/clock.ts';
import { type Finding, failed, good } from '../../core/finding.ts';
import { type LocalAction, localActions } from '../../core/outcome.ts';
import type { CallLimits, LocalReadiness, LocalStopPort, StopReply } from '../../core/ports.ts';
import { type ProgramRun, runProgram } from '../../io/program.ts';
import { howItEnded } from '../ending.ts';
import { fetchProgram, findProgram, inTime, tryDevice } from './look.ts';

/** A program that speaks to the own BMC in-band, through a device of the kernel. */
export interface LocalProgram {
  /** By action: the program and its arguments, word for word. */
  readonly lines: Readonly<Partial<Record<LocalAction, readonly string[]>>>;
  /** The device it needs, looked at first; none where it needs none. */
  readonly device?: string | undefined;
  /** What it must have written, beside exit code 0, for a yes. */
  readonly accepted?: string | undefined;
}

export interface LocalProgramDeps {
  readonly clock: Clock;
  /** PATH of the program: with LC_ALL=C its whole environment. */
  readonly searchPath: string;
}

const notSent = (message: string): StopReply => ({
  kind: 'notSent',
  reason: { code: 'local.unable', message },
});

/** A program that failed may have sent its command before: only one that never ran has certainly done nothing. */
const replyOf = (name: string, run: ProgramRun, accepted: string | undefined): StopReply => {
  const { end, stdout, stderr } = run;
  if (end.kind === 'notStarted') return notSent(`${name} ${howItEnded(run)}`);
  const succeeded = end.kind === 'exit' && end.code === 0;
  const said = accepted === undefined || `${stdout}\n${stderr}`.includes(accepted);
  if (succeeded && said) return { kind: 'accepted' };
  const unsaid = succeeded ? `; it did not write "${accepted}"` : '';
  return {
    kind: 'unanswered',
    reason: { code: 'local.failed', message: `${name} ${howItEnded(run)}${unsaid}` },
  };
};

const unready = (check: 'tool' | 'device', message: string): Finding =>
  failed(check, 'bad', { code: 'local.unable', message });

/** Stops the own server by a program that speaks to the BMC in-band, run once, killed at its limit with its group. */
export const createLocalProgram = (program: LocalProgram, deps: LocalProgramDeps): LocalStopPort => {
  const { lines, device, accepted } = program;
  const { clock, searchPath } = deps;

  const checkDevice = async ({ deadline }: CallLimits): Promise<Finding[]> => {
    if (device === undefined) return [];
    const opened = await inTime(clock, deadline.remainingMs(), tryDevice(device));
    if (!opened.ok) return [unready('device', `${device} cannot be opened: ${opened.failure}`)];
    return [good('device', `${device} is there, and may be read and written`)];
  };

  const checkProgram = async (name: string, { deadline }: CallLimits): Promise<Finding> => {
    const found = await inTime(clock, deadline.remainingMs(), findProgram(name, searchPath));
    if (!found.ok) return unready('tool', found.failure);
    return good('tool', `${found.value} is there and may be run; what it does was not tried`);
  };

  return {
    async act(action, limits): Promise<StopReply> {
      const { deadline, signal } = limits;
      const [name, ...args] = lines[action] ?? [];
      if (name === undefined) return notSent(`no line is configured for ${action}`);
      const [atDevice] = await checkDevice(limits);
      if (atDevice && atDevice.state !== 'good') return notSent(atDevice.message);
      const found = await inTime(clock, deadline.remainingMs(), fetchProgram(name, searchPath));
      if (!found.ok) return notSent(`${name} was not run: ${found.failure}`);
      const run = await runProgram([found.value, ...args], {
        clock,
        environment: { PATH: searchPath, LC_ALL: 'C' },
        limitMs: deadline.remainingMs(),
        signal,
      });
      return replyOf(name, run, accepted);
    },
    async examine(limits): Promise<LocalReadiness> {
      const offered = localActions.filter((action) => lines[action] !== undefined);
      const names = new Set(offered.map((action) => lines[action]?.[0] ?? ''));
      const atDevice = await checkDevice(limits);
      const programs = new Map<string, Finding>();
      for (const name of names) programs.set(name, await checkProgram(name, limits));
      const mayReach = atDevice.every(({ state }) => state === 'good');
      const runs = (action: LocalAction) => programs.get(lines[action]?.[0] ?? '')?.state === 'good';
      return {
        actions: offered.filter((action) => mayReach && runs(action)),
        findings: [...atDevice, ...programs.values()],
      };
    },
  };
};
