import type { ErrorCode } from '../core/errors.ts';
import type { GuardedStore } from './guarded-store.ts';
import type { JournalTrouble } from './journal.ts';

/** A call of the store, from the main thread to the worker, which answers in the order of the calls. */
export interface StoreRequest {
  readonly id: number;
  readonly call: keyof GuardedStore;
  readonly args: readonly unknown[];
}

/** An error loses its class between threads, so its code travels as a field. */
type StoreAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** Every answer tells how the disk is after the call, since a call can succeed on the ballast alone. */
export type StoreReply = StoreAnswer & { readonly trouble?: JournalTrouble | undefined };

/** The id of the worker's first, unasked reply: whether the store could be opened. */
export const openingId = 0;

/** The value of that reply. */
export interface OpeningValue {
  /** Where a damaged journal was put to make room for this one. */
  readonly movedTo?: string | undefined;
  /** The newest seq in the journal. */
  readonly lastSeq: number;
}
