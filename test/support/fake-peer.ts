import type { Peer } from '../../src/bridge/engine/peer.ts';
import type { Event } from '../../src/events/catalogue.ts';

/** A client whose reading is in the test's hands; `queued` is what it has not read yet, in bytes. */
export const createFakePeer = () => {
  const received: { method: string; params: unknown }[] = [];
  const goneListeners: (() => void)[] = [];
  let drainWaiters: (() => void)[] = [];
  let queued = 0;
  let heardAtMs = 0;
  let dropped: string | undefined;
  const read = () => {
    queued = 0;
    const waiters = drainWaiters;
    drainWaiters = [];
    for (const waiter of waiters) waiter();
  };
  const peer: Peer = {
    id: 1,
    client: () => 'test',
    introduce: () => undefined,
    send: () => undefined,
    notify(method, params) {
      received.push({ method, params });
      queued += JSON.stringify(params).length;
    },
    queuedBytes: () => queued,
    drained: () => new Promise((resolve) => void drainWaiters.push(resolve)),
    lastHeardMs: () => heardAtMs,
    heard: () => undefined,
    gone: () => dropped !== undefined,
    onGone: (listener) => void goneListeners.push(listener),
    leave: () => undefined,
    end: () => undefined,
    drop(reason) {
      dropped ??= reason;
      for (const listener of goneListeners.splice(0)) listener();
      read();
    },
  };
  return {
    peer,
    received,
    read,
    queued: () => queued,
    dropped: () => dropped,
    speak: (atMs: number) => {
      heardAtMs = atMs;
    },
    seqs: () =>
      received.filter(({ method }) => method === 'event').map(({ params }) => (params as Event).seq),
  };
};
