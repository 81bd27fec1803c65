import { Worker } from 'node:worker_threads';
import { CodedError } from '../core/errors.ts';
import { openingId, type StoreReply, type StoreRequest } from './journal-protocol.ts';
import type { JournalStore, StoreOptions } from './journal-store.ts';

/** The store in its thread, called from this one. Calls are carried out in order. */
export interface StoreClient {
  call<Name extends keyof JournalStore>(
    name: Name,
    ...args: Parameters<JournalStore[Name]>
  ): Promise<ReturnType<JournalStore[Name]>>;
  /** Resolves when the thread has ended, however it ended. */
  readonly ended: Promise<void>;
  /** Gives the thread up: all calls reject, and it is stopped as soon as the disk lets go of it. */
  abandon(): void;
}

interface Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: CodedError) => void;
}

/** Keeps account of unanswered calls; once failed, every call rejects with the same error. */
const createCalls = () => {
  const unanswered = new Map<number, Call>();
  let failure: CodedError | undefined;
  return {
    add: (id: number, send: () => void): Promise<unknown> =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        unanswered.set(id, { resolve, reject });
        send();
      }),
    answer(reply: StoreReply): void {
      const call = unanswered.get(reply.id);
      unanswered.delete(reply.id);
      if (reply.ok) call?.resolve(reply.value);
      else call?.reject(new CodedError(reply.code, reply.message));
    },
    fail(message: string): void {
      failure ??= new CodedError('journal.failed', message);
      for (const call of unanswered.values()) call.reject(failure);
      unanswered.clear();
    },
  };
};

/**
 * Starts the thread and opens the store in it. Rejects with `journal.locked`, `journal.corrupt` or
 * `journal.failed`; a thread that dies later rejects all open and future calls with `journal.failed`.
 */
export const startStoreClient = async (url: URL, options: StoreOptions): Promise<StoreClient> => {
  const calls = createCalls();
  const opened = calls.add(openingId, () => undefined);
  const worker = new Worker(url, { workerData: options, name: 'journal' });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('message', calls.answer);
  worker.on('error', (error) => calls.fail(`The journal's thread crashed: ${error.message}`));
  worker.on('exit', () => calls.fail("The journal's thread has ended."));
  await opened.catch(async (error: unknown) => {
    await ended;
    throw error;
  });

  let lastId = openingId;
  return {
    call: (name, ...args) => {
      lastId += 1;
      const request: StoreRequest = { id: lastId, call: name, args };
      // The one place where a call's name and its answer's type meet.
      return calls.add(request.id, () => worker.postMessage(request)) as Promise<
        ReturnType<JournalStore[typeof name]>
      >;
    },
    ended,
    abandon() {
      calls.fail('The journal was given up: the disk did not answer.');
      worker.unref();
      worker.terminate().catch(() => undefined);
    },
  };
};
