import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type Guarded, type GuardOptions, openGuardedStore } from './guarded-store.ts';
import { asJournalError } from './journal-database.ts';
import { type OpeningValue, openingId, type StoreReply, type StoreRequest } from './journal-protocol.ts';

/**
 * The thread that owns the store: SQLite blocks while the disk flushes, and the thread that answers
 * BMCs must not. It ends by itself when the store could not be opened, or after `close`.
 */
const answer = (id: number, run: () => unknown): StoreReply => {
  try {
    return { id, ok: true, value: run() };
  } catch (error) {
    const { code, message } = asJournalError(error);
    return { id, ok: false, code, message };
  }
};

const serve = (port: MessagePort, { store, trouble }: Guarded): void => {
  port.on('message', ({ id, call, args }: StoreRequest) => {
    const reply = answer(id, () => Reflect.apply(store[call], store, args));
    port.postMessage({ ...reply, trouble: trouble() } satisfies StoreReply);
    if (call === 'close') port.close();
  });
};

const main = (port: MessagePort): void => {
  let opened: Guarded | undefined;
  const reply = answer(openingId, (): OpeningValue => {
    opened = openGuardedStore(workerData as GuardOptions);
    const { lastSeq } = opened.store.stats();
    serve(port, opened);
    return { movedTo: opened.movedTo, lastSeq };
  });
  port.postMessage({ ...reply, trouble: opened?.trouble() } satisfies StoreReply);
};

if (parentPort) main(parentPort);
