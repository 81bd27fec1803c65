import type { Clock } from '../../src/core/clock.ts';
import { CodedError } from '../../src/core/errors.ts';
import type { KdumpPort } from '../../src/core/ports.ts';

/** The crash kernel of one server, as a listener hears it. */
export interface FakeKdump extends KdumpPort {
  /** A message comes now. */
  say(): void;
  /** Messages come every `everyMs` from `fromMs` on, both counted from now, until `untilMs`. */
  dump(times: { readonly fromMs: number; readonly everyMs: number; readonly untilMs: number }): void;
  /** Waiters that were not taken back. */
  watchers(): number;
}

export const createFakeKdump = (clock: Clock, options: { readonly bound?: boolean } = {}): FakeKdump => {
  const listeners = new Set<() => void>();
  let heardMs: number | undefined;
  const say = () => {
    heardMs = clock.nowMs();
    for (const onMessage of [...listeners]) onMessage();
  };
  return {
    async open() {
      if (options.bound === false) throw new CodedError('kdump.notBound', 'the port is taken');
    },
    heardMs: () => heardMs,
    watch(onMessage) {
      listeners.add(onMessage);
      return () => void listeners.delete(onMessage);
    },
    say,
    dump({ fromMs, everyMs, untilMs }) {
      for (let atMs = fromMs; atMs <= untilMs; atMs += everyMs) clock.after(atMs, say);
    },
    watchers: () => listeners.size,
  };
};
