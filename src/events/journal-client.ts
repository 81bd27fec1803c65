import { Worker } from 'node:worker_threads';
import type { CallOffSignal } from '../core/call-off.ts';
import { CodedError } from '../core/errors.ts';
import type { GuardedStore, GuardOptions } from './guarded-store.ts';
import type { JournalTrouble } from './journal.ts';
import { type OpeningValue, openingId, type StoreReply, type StoreRequest } from './journal-protocol.ts';

/** The store in its thread, called from this one. Calls are carried out in order. */
export interface StoreClient extends OpeningValue {
  call<Name extends keyof GuardedStore>(
    name: Name,
    ...args: Parameters<GuardedStore[Name]>
  ): Promise<ReturnType<GuardedStore[Name]>>;
  /** Why all calls reject: the thread has ended, or was given up. */
  failure(): CodedError | undefined;
  /** Resolves when the thread has ended, however it ended. */
  readonly ended: Promise<void>;
}

export interface ClientDeps {
  readonly url: URL;
  readonly options: GuardOptions;
  /** Told with every answer how the disk is now, before whoever asked gets the answer. */
  readonly onTrouble: (trouble: JournalTrouble | undefined) => void;
  /** Gives the thread up: all calls reject, and it is stopped as soon as the disk lets go of it. */
  readonly abandoned: CallOffSignal;
}

interface Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: CodedError) => void;
}

/** Keeps account of unanswered calls; once failed, every call rejects with the same error. */
const createCalls = (onTrouble: ClientDeps['onTrouble']) => {
  const unanswered = new Map<number, Call>();
  let failure: CodedError | undefined;
  return {
    failure: () => failure,
    add: (id: number, send: () => void): Promise<unknown> =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        unanswered.set(id, { resolve, reject });
        send();
      }),
    answer(reply: StoreReply): void {
      const call = unanswered.get(reply.id);
      unanswered.delete(reply.id);
      if (!call) return;
      onTrouble(reply.trouble);
      if (reply.ok) call.resolve(reply.value);
      else call.reject(new CodedError(reply.code, reply.message));
    },
    fail(message: string): void {
      failure ??= new CodedError('journal.failed', message);
      for (const call of unanswered.values()) call.reject(failure);
      unanswered.clear();
    },
  };
};

const startWorker = ({ url, options, abandoned }: ClientDeps, calls: ReturnType<typeof createCalls>) => {
  const worker = new Worker(url, { workerData: options, name: 'journal' });
  worker.on('message', calls.answer);
  worker.on('error', (error) => calls.fail(`The journal's thread crashed: ${error.message}`));
  worker.on('exit', () => calls.fail("The journal's thread has ended."));
  const abandon = () => {
    calls.fail('The journal was given up: the disk did not answer.');
    worker.unref();
    worker.terminate().catch(() => undefined);
  };
  const ended = new Promise<void>((resolve) =>
    worker.once('exit', () => {
      abandoned.forget(abandon);
      resolve();
    }),
  );
  if (abandoned.calledOff) abandon();
  abandoned.listen(abandon);
  return { worker, ended };
};

/**
 * Starts the thread and opens the store in it. Rejects with `journal.locked` or `journal.failed`; a
 * thread that dies later rejects all open and future calls with `journal.failed`.
 */
export const startStoreClient = async (deps: ClientDeps): Promise<StoreClient> => {
  const calls = createCalls(deps.onTrouble);
  const opened = calls.add(openingId, () => undefined);
  const { worker, ended } = startWorker(deps, calls);
  const opening = await opened.catch(async (error: unknown) => {
    if (!deps.abandoned.calledOff) await ended;
    throw error;
  });
  let lastId = openingId;
  return {
    ...(opening as OpeningValue),
    failure: calls.failure,
    ended,
    call: (name, ...args) => {
      lastId += 1;
      const request: StoreRequest = { id: lastId, call: name, args };
      // The one place where a call's name and its answer's type meet.
      return calls.add(request.id, () => worker.postMessage(request)) as Promise<
        ReturnType<GuardedStore[typeof name]>
      >;
    },
  };
};
