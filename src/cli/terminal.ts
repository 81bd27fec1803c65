import { codeOf, type ErrorCode, errorCatalogue, messageOf } from '../core/errors.ts';

/** How a command ended; the numbers are the process's exit codes. */
export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Where a command writes. */
export interface Terminal {
  out(line: string): void;
  error(line: string): void;
  /** Resolves when nobody reads the output any more, as after `noroshi events | head`: no fault. */
  readonly gone: Promise<void>;
}

export const processTerminal: Terminal = {
  out: (line) => void process.stdout.write(`${line}\n`),
  error: (line) => void process.stderr.write(`${line}\n`),
  gone: new Promise((resolve) => {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      resolve();
    });
  }),
};

/** Options every command knows. */
export interface CommonOptions {
  readonly json?: boolean;
}

/** Faults of the command line and of the configuration: what was given must be mended. */
const wrongUsage: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'usage',
  'config.invalid',
  'config.unreadable',
  'rpc.params',
]);

/** Says why a command failed: the sentence, and what to do about it; as JSON where that was asked for. */
export const explainFailure = (terminal: Terminal, error: unknown, { json }: CommonOptions): ExitCode => {
  const code = codeOf(error);
  const message = messageOf(error);
  if (json) terminal.out(JSON.stringify({ error: { code: code ?? null, message } }));
  else {
    terminal.error(`noroshi: ${message}${code ? ` (${code})` : ''}`);
    if (code) terminal.error(`  ${errorCatalogue[code].remedy}`);
  }
  return code && wrongUsage.has(code) ? exitCodes.usage : exitCodes.failed;
};

/** Rows in columns, padded to the widest cell of each. */
export const table = (rows: readonly (readonly string[])[]): string[] => {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};
