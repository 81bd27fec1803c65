/** What a log line may carry beside its text; never a secret. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The logger every room is handed; app decides where lines go. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** A logger that drops everything. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};
