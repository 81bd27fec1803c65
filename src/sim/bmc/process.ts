import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type Clock, systemClock } from '../../core/clock.ts';
import { CodedError, codeOf, messageOf } from '../../core/errors.ts';
import { createLineSplitter, type Line } from '../../io/lines.ts';
import { obey } from './control-line.ts';
import { type SimBmcProcessOptions, type SimBmcSpec, serverOptionsOf } from './options.ts';
import { type SimBmc, startSimBmc } from './server.ts';

/** What the simulator's process lives on; the clock and the environment are the process's own by default. */
export interface SimBmcProcess {
  /** JSON lines: `listening` of each BMC, every fact, and an answer to each control line. */
  readonly stdout: Writable;
  /** Control lines, see {@link obey}. */
  readonly stdin: Readable;
  /** The end of standard input ends the simulator too: a parent that dies takes it along. */
  readonly untilStdinEnds?: boolean;
  /** Ends the simulator. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  readonly environment?: NodeJS.ProcessEnv;
}

type Print = (fields: Readonly<Record<string, unknown>>) => void;

const startOne = async (spec: SimBmcSpec, io: SimBmcProcess, print: Print): Promise<SimBmc> => {
  const { name } = spec;
  const options = await serverOptionsOf(spec, io.environment ?? process.env);
  const bmc = await startSimBmc({
    ...options,
    clock: io.clock ?? systemClock,
    onFact: ({ what, ...fact }) => print({ name, event: what, ...fact }),
  }).catch((error: NodeJS.ErrnoException) => {
    const code = error.code === 'EADDRINUSE' ? 'socket.inUse' : 'socket.failed';
    throw new CodedError(code, `${name}: ${messageOf(error)}`, { cause: error });
  });
  print({ name, event: 'listening', host: bmc.host, port: bmc.port, seed: bmc.seed });
  return bmc;
};

const answer = (bmcs: ReadonlyMap<string, SimBmc>, line: Line, print: Print) => {
  try {
    if (!line.ok) throw new CodedError(line.failure);
    print({ name: obey(bmcs, line.value), event: 'ok' });
  } catch (error) {
    print({ event: 'error', code: codeOf(error), message: messageOf(error) });
  }
};

const untilOver = async ({ signal, stdin, untilStdinEnds }: SimBmcProcess): Promise<void> => {
  if (signal.aborted) return;
  const aborted = once(signal, 'abort');
  // A standard input that breaks has ended too.
  const ended = finished(stdin, { writable: false, cleanup: true }).catch(() => {});
  await (untilStdinEnds ? Promise.race([aborted, ended]) : aborted);
};

/**
 * Runs simulated BMCs until `signal` aborts, or standard input ends where that is wanted. Rejects with `config.unreadable`, `socket.inUse` or
 * `socket.failed` where one of them cannot start; none is left running then.
 */
export const runSimBmc = async (options: SimBmcProcessOptions, io: SimBmcProcess): Promise<void> => {
  const { stdin, stdout } = io;
  const print: Print = (fields) => void stdout.write(`${JSON.stringify({ sim: 'bmc', ...fields })}\n`);
  const bmcs = new Map<string, SimBmc>();
  const lines = createLineSplitter();
  const onInput = (chunk: Buffer) => {
    for (const line of lines.push(chunk)) answer(bmcs, line, print);
  };
  try {
    for (const spec of options.bmcs) bmcs.set(spec.name, await startOne(spec, io, print));
    stdin.on('data', onInput);
    await untilOver(io);
  } finally {
    stdin.off('data', onInput).pause();
    await Promise.all([...bmcs.values()].map((bmc) => bmc.close()));
  }
};
