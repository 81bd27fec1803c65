import type { Clock } from '../../core/clock.ts';
import { timedOut, within } from '../../core/clock.ts';
import { createLane } from '../../core/lane.ts';
import type { CallLimits } from '../../core/ports.ts';
import type { PrivateFile } from '../../io/private-file.ts';
import { writePrivateFile } from '../../io/private-file.ts';
import { type ProgramRun, runProgram } from '../../io/program.ts';
import { type Reading, type Reply, replyOf } from './reply.ts';
import type { HandedSecrets } from './secrets.ts';
import { fillTemplate, type PlaceholderValues, placeholdersIn } from './template.ts';
import { createTurns } from './turns.ts';

export interface ToolDeps {
  readonly clock: Clock;
  /** PATH of the programs: the only thing they inherit. */
  readonly searchPath: string;
  /** Where secret files may be written, the best place first. */
  readonly privateFolders: readonly string[];
}

/** One command to run. */
export interface Order {
  readonly line: readonly string[];
  /** Whether it may change anything; what only reads gives way to a forced stop. */
  readonly kind: 'read' | 'act';
  readonly values: PlaceholderValues;
  readonly secrets: HandedSecrets;
  readonly limitMs: number;
  readonly reading: Reading;
}

/** Runs the command lines of one BMC, one at a time. */
export interface Tool {
  /** Never throws. */
  run(order: Order, limits: CallLimits): Promise<Reply>;
}

const notSent = (code: 'bmc.timeout' | 'bmc.command', message: string): Reply => ({
  ok: false,
  reason: { code, message },
  proves: 'notSent',
});

const noTime = ({ reading: { program, address } }: Order): Reply =>
  notSent('bmc.timeout', `there was no time left to run ${program} for ${address}; nothing was sent`);

export const createTool = ({ clock, searchPath, privateFolders }: ToolDeps): Tool => {
  const turns = createTurns(clock, createLane());

  /** The file a line wants, `none` where it wants none, undefined where it cannot be written in time. */
  const secretFileFor = async ({ line, secrets }: Order, limitMs: number) => {
    if (!line.some((word) => placeholdersIn(word).includes('secretFile'))) return 'none';
    const writing = writePrivateFile(privateFolders, secrets.file ?? '');
    const written = await within(clock, limitMs, writing);
    if (written !== timedOut) return written.ok ? written.value : undefined;
    void writing.then((late) => (late.ok ? late.value.remove() : undefined));
    return undefined;
  };

  const runLine = async (
    order: Order,
    file: PrivateFile | 'none',
    limits: CallLimits,
  ): Promise<ProgramRun> => {
    const values = { ...order.values, ...(file !== 'none' && { secretFile: file.path }) };
    const argv = order.line.map((word) => fillTemplate(word, values) ?? '');
    try {
      return await runProgram(argv, {
        clock,
        environment: { PATH: searchPath, LC_ALL: 'C', ...order.secrets.environment },
        limitMs: Math.min(order.limitMs, limits.deadline.remainingMs()),
        signal: limits.signal,
      });
    } finally {
      if (file !== 'none') await file.remove();
    }
  };

  return {
    async run(order, limits) {
      const { program } = order.reading;
      const reply = await turns.take(order.kind, limits, async (signal) => {
        const file = await secretFileFor(order, Math.min(order.limitMs, limits.deadline.remainingMs()));
        if (!file) return notSent('bmc.command', `the secret file for ${program} could not be written`);
        if (signal.calledOff) return noTime(order);
        return replyOf(await runLine(order, file, { ...limits, signal }), order.reading);
      });
      return reply === 'missed' ? noTime(order) : reply;
    },
  };
};
