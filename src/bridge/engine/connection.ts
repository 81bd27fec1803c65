import { createLineSplitter } from '../../io/lines.ts';
import { createDispatcher } from './dispatch.ts';
import type { MethodTable } from './method.ts';
import { createPeer, type Peer, type PeerDeps } from './peer.ts';

export interface ConnectionDeps extends PeerDeps {
  readonly methods: MethodTable;
}

/** One client of a local socket. */
export interface Connection {
  readonly peer: Peer;
  /** Whether the client has closed its sending side and only waits for answers. */
  halfClosed(): boolean;
  /** Takes no more requests and closes as soon as the running ones are answered, or `graceMs` have passed. */
  finish(graceMs: number): void;
}

/**
 * Serves one accepted socket. A client that closes its sending side (`echo … | socat …`) still gets the
 * answers that are due; its subscription ends at once, because a client that died looks the same.
 */
export const serveConnection = (deps: ConnectionDeps): Connection => {
  const { socket, clock, log, id } = deps;
  const peer = createPeer(deps);
  const splitter = createLineSplitter();
  let inputOver = false;
  peer.onGone(() => {
    inputOver = true;
  });
  const endIfIdle = () => {
    if (inputOver && dispatcher.unanswered() === 0) peer.end();
  };
  const dispatcher = createDispatcher({ ...deps, peer }, endIfIdle);
  const leave = () => {
    peer.leave();
    endIfIdle();
  };

  socket.on('data', (chunk) => {
    if (inputOver) return;
    peer.heard();
    for (const line of splitter.push(chunk)) {
      if (!inputOver) dispatcher.accept(line);
    }
  });
  socket.on('end', leave);
  socket.on('error', (error) => log.debug({ connection: id, error: error.message }, 'a client went away'));
  socket.on('close', leave);
  return {
    peer,
    halfClosed: () => inputOver,
    finish(graceMs) {
      leave();
      const timer = clock.after(graceMs, () => peer.end());
      socket.once('close', () => timer.cancel());
    },
  };
};
