import type { ErrorCode } from '../core/errors.ts';
import type { JournalStore } from './journal-store.ts';

/** A call of the store, from the main thread to the worker, which answers in the order of the calls. */
export interface StoreRequest {
  readonly id: number;
  readonly call: keyof JournalStore;
  readonly args: readonly unknown[];
}

/** An error loses its class between threads, so its code travels as a field. */
export type StoreReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** The id of the worker's first, unasked reply: whether the store could be opened. */
export const openingId = 0;
