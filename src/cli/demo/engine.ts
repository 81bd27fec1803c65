import { type Clock, isoNow, sleep, type Timer } from '../../core/clock.ts';

/**
 * A toy cluster engine: it counts one peer's heartbeats, and starts the application here only when
 * it was told that the peer is fenced. It stands for the cluster daemon that Noroshi serves.
 */
export interface ToyEngine {
  /** Resolves with the milliseconds of silence once the peer missed its heartbeats. */
  untilPeerLost(): Promise<number>;
  /** Starts the application if, and only if, the peer is fenced; answers when it did (ISO 8601 UTC). */
  takeOver(answer: { readonly fenced: boolean }): string | undefined;
}

/** The peer: a server that heartbeats until it hangs. */
export interface ToyPeer {
  hang(): void;
  recover(): void;
  stop(): void;
}

const missedBeats = 5;

export const createToyCluster = (clock: Clock, beatMs: number): { engine: ToyEngine; peer: ToyPeer } => {
  let lastBeatMs = clock.nowMs();
  let alive = true;
  let timer: Timer | undefined;
  const beat = () => {
    if (alive) lastBeatMs = clock.nowMs();
    timer = clock.after(beatMs, beat);
  };
  beat();
  return {
    engine: {
      async untilPeerLost() {
        for (;;) {
          const silentMs = clock.nowMs() - lastBeatMs;
          if (silentMs > missedBeats * beatMs) return Math.round(silentMs);
          await sleep(clock, beatMs / 4);
        }
      },
      takeOver: ({ fenced }) => (fenced ? isoNow(clock) : undefined),
    },
    peer: {
      hang() {
        alive = false;
      },
      recover() {
        alive = true;
        lastBeatMs = clock.nowMs();
      },
      stop: () => timer?.cancel(),
    },
  };
};
