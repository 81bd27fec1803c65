import { destination, pino } from 'pino';
import type { Config } from '../config/load.ts';
import type { Logger } from '../core/log.ts';

export interface AppLogger extends Logger {
  setLevel(level: Config['log']['level']): void;
}

const standardOutput = 1;

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
    destination({ dest: standardOutput, sync: true }),
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
