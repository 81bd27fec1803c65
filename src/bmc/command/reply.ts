import type { ErrorCode } from '../../core/errors.ts';
import type { Reason } from '../../core/outcome.ts';
import type { ProgramRun } from '../../io/program.ts';

/** What the outputs and endings of tools mean, by the data of their definition. Pure. */

export interface FailurePattern {
  readonly match: RegExp;
  readonly code: ErrorCode;
  readonly proves?: 'notSent' | 'rejected' | undefined;
}

/** How one command is read. */
export interface Reading {
  /** The program, for messages. */
  readonly program: string;
  /** The BMC's address, for messages. */
  readonly address: string;
  readonly failures: readonly FailurePattern[];
  /** What the output must hold beside exit code 0. */
  readonly accepted?: RegExp | undefined;
  /** Takes secrets out of what a tool wrote. */
  readonly scrub: (text: string) => string;
}

export type Reply =
  | { readonly ok: true; readonly stdout: string }
  | { readonly ok: false; readonly reason: Reason; readonly proves?: FailurePattern['proves'] };

/** Patterns see this much of an output, in characters. */
const readChars = 16_384;
const quotedChars = 160;

/** Printable, on one line, and short. */
const quote = (text: string): string =>
  text
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, quotedChars);

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

/** The whole line around a match. */
const lineAt = (text: string, index: number): string => {
  const from = text.lastIndexOf('\n', index - 1) + 1;
  const to = text.indexOf('\n', index);
  return text.slice(from, to < 0 ? undefined : to);
};

const failureIn = (text: string, { program, address, failures, scrub }: Reading): Reply | undefined => {
  for (const { match, code, proves } of failures) {
    const found = match.exec(text);
    if (!found) continue;
    const said = quote(scrub(lineAt(text, found.index)));
    return { ok: false, reason: { code, message: `${program} for ${address} said: ${said}` }, proves };
  }
  return undefined;
};

const failedWith = (code: ErrorCode, message: string): Reply => ({ ok: false, reason: { code, message } });

const unexplained = (how: string, text: string, { program, address, scrub }: Reading): Reply => {
  const said = quote(scrub(lastLine(text)));
  const words = said === '' ? 'said nothing' : `said last: ${said}`;
  return failedWith('bmc.command', `${program} for ${address} ${how} and ${words}`);
};

/** What an ended program came to. Never throws. */
export const replyOf = ({ end, stdout, stderr }: ProgramRun, reading: Reading): Reply => {
  const { program, address, accepted } = reading;
  const out = stdout.slice(0, readChars);
  const text = `${stderr.slice(0, readChars)}\n${out}`;
  switch (end.kind) {
    case 'notStarted': {
      const message = `${program} for ${address} could not be started: ${end.message}`;
      return { ok: false, reason: { code: 'bmc.command', message }, proves: 'notSent' };
    }
    case 'limit':
      return failedWith('bmc.timeout', `${program} had no answer from ${address} in time, and was killed`);
    case 'calledOff':
      return failedWith('bmc.timeout', `${program} for ${address} was called off, and killed`);
    case 'flooded':
      return failedWith('bmc.command', `${program} for ${address} wrote too much, and was killed`);
    // What a program wrote before it crashed may have been followed by anything.
    case 'signal':
      return unexplained(`died of ${end.name}`, text, reading);
    case 'exit':
      if (end.code === 0 && (!accepted || accepted.test(out))) return { ok: true, stdout: out };
      return failureIn(text, reading) ?? unexplained(`ended with code ${end.code}`, text, reading);
  }
};

/** Which of some patterns the output matches: exactly one, or undefined. */
export const theOne = <Name extends string>(
  output: string,
  patterns: Readonly<Record<Name, RegExp>>,
): Name | undefined => {
  const found = (Object.keys(patterns) as Name[]).filter((name) => patterns[name].test(output));
  return found.length === 1 ? found[0] : undefined;
};

const emptyGuid = /^(0{32}|f{32})$/;

/** The GUID that a tool printed as 32 hex digits in the order of the wire; `none` where the BMC has none. */
export const guidIn = (
  output: string,
  pattern: RegExp,
  bytes: 'asSent' | 'reversed',
): string | 'none' | undefined => {
  const digits = pattern.exec(output)?.[1]?.replaceAll(/[\s-]/g, '').toLowerCase();
  if (digits === undefined || !/^[0-9a-f]{32}$/.test(digits)) return undefined;
  if (emptyGuid.test(digits)) return 'none';
  return bytes === 'asSent' ? digits : Buffer.from(digits, 'hex').reverse().toString('hex');
};
