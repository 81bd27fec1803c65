import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { asJournalError } from './journal-database.ts';
import { openingId, type StoreReply, type StoreRequest } from './journal-protocol.ts';
import { type JournalStore, openStore, type StoreOptions } from './journal-store.ts';

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

const serve = (port: MessagePort, store: JournalStore): void => {
  port.on('message', ({ id, call, args }: StoreRequest) => {
    port.postMessage(answer(id, () => Reflect.apply(store[call], store, args)));
    if (call === 'close') port.close();
  });
};

const main = (port: MessagePort): void => {
  const opening = answer(openingId, () => {
    serve(port, openStore(workerData as StoreOptions));
  });
  port.postMessage(opening);
};

if (parentPort) main(parentPort);
