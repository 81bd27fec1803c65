import { destination, pino } from 'pino';
import type { Config } from '../config/load.ts';
import { type Clock, timedOut, within } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';

export interface AppLogger extends Logger {
  setLevel(level: Config['log']['level']): void;
  /** False where a write still waits after a second: what reads the log has stopped, and must not keep the daemon from ending. */
  flush(clock: Clock): Promise<boolean>;
}

const standardOutput = 1;
/** What may wait for a standard output that takes nothing, such as a file on a full disk; more is dropped. */
const mostWaitingBytes = 1024 * 1024;
const flushLimitMs = 1_000;
/** Bytes of one write. Lines that wait for one are joined anew for each of them, which is dear where many wait. */
const mostWrittenBytes = 4 * 1024;

/**
 * Written by another thread: a journald that waits for its disk takes nothing, and a write that waits for it must stop
 * no forced stop. What cannot be written ends nothing: it waits until there is room again.
 */
const openOutput = () => {
  const output = destination({
    ...{ dest: standardOutput, sync: false },
    ...{ maxLength: mostWaitingBytes, maxWrite: mostWrittenBytes },
  });
  output.on('error', () => {});
  return output;
};
type Output = ReturnType<typeof openOutput>;

/** Calls back with the number of lines that were dropped, once lines are taken again. */
const countDropped = (output: Output, tell: (dropped: number) => void): void => {
  let dropped = 0;
  output.on('drop', () => {
    dropped += 1;
  });
  output.on('drain', () => {
    if (dropped > 0) tell(dropped);
    dropped = 0;
  });
};

const flush = async (clock: Clock, output: Output): Promise<boolean> => {
  const ended = new Promise<void>((resolve) => {
    output.once('drain', resolve);
    // A full disk takes nothing either, but says so, and holds up no thread. What it did not take is given up.
    output.once('error', () => {
      output.destroy();
      resolve();
    });
  });
  // The output's own flush does nothing where lines are written as they come; an empty one makes it say when it is done.
  output.write('');
  return (await within(clock, flushLimitMs, ended)) !== timedOut;
};

/** JSON lines on standard output. */
export const createLogger = (level: Config['log']['level'], node: string): AppLogger => {
  const output = openOutput();
  const log = pino(
    {
      level,
      base: { node },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'message',
      formatters: { level: (label) => ({ level: label }) },
    },
    output,
  );
  countDropped(output, (dropped) => log.warn({ dropped }, 'lines of the log were lost: nobody took them'));
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
    setLevel(next) {
      log.level = next;
    },
    flush: (clock) => flush(clock, output),
  };
};
