import { destination, pino } from 'pino';
import type { Config } from '../config/load.ts';
import type { Logger } from '../core/log.ts';

export interface AppLogger extends Logger {
  setLevel(level: Config['log']['level']): void;
}

const standardOutput = 1;
/** What may wait for a standard output that takes nothing, such as a file on a full disk; more is dropped. */
const mostWaitingBytes = 1024 * 1024;

/** A log that cannot be written ends nothing: what waits is written when there is room again. */
const openOutput = () => {
  const output = destination({ dest: standardOutput, sync: true, maxLength: mostWaitingBytes });
  output.on('error', () => {});
  return output;
};

/** JSON lines on standard output, written at once: the last line before a crash is the one that matters. */
export const createLogger = (level: Config['log']['level'], node: string): AppLogger => {
  const log = pino(
    {
      level,
      base: { node },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'message',
      formatters: { level: (label) => ({ level: label }) },
    },
    openOutput(),
  );
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
    setLevel(next) {
      log.level = next;
    },
  };
};
