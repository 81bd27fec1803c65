import { type ErrorCode, errorCatalogue } from './errors.ts';
import type { Reason } from './outcome.ts';

/** What an examination looks at; `gateway`, `chain` and `bmc` are about the configuration, the others about the device. */
export type Check =
  | 'gateway'
  | 'chain'
  | 'kdump'
  | 'bmc'
  | 'tool'
  | 'script'
  | 'device'
  | 'sysrq'
  | 'address'
  | 'answer'
  | 'login'
  | 'suite'
  | 'privilege'
  | 'identity'
  | 'power'
  | 'restore'
  | 'clock'
  | 'slots'
  | 'cipher0';

/**
 * One thing that an examination saw: a sentence, and one remedy where it is not good. `bad` means that a
 * forced stop would not work, or must not be trusted to.
 */
export type Finding =
  | { readonly check: Check; readonly state: 'good'; readonly message: string }
  | {
      readonly check: Check;
      readonly state: 'warning' | 'bad';
      readonly message: string;
      readonly remedy: string;
      readonly code?: ErrorCode;
    };

export const good = (check: Check, message: string): Finding => ({ check, state: 'good', message });

export const warning = (check: Check, message: string, remedy: string): Finding => ({
  check,
  state: 'warning',
  message,
  remedy,
});

export const bad = (check: Check, message: string, remedy: string): Finding => ({
  check,
  state: 'bad',
  message,
  remedy,
});

/** A finding that rests on an error; the remedy is the catalogue's where none is given. */
export const failed = (
  check: Check,
  state: 'warning' | 'bad',
  { code, message }: Reason,
  remedy: string = errorCatalogue[code].remedy,
): Finding => ({ check, state, message, remedy, code });
