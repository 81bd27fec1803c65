import { type Backoff, backoffMs } from '../core/backoff.ts';
import type { Clock, Timer } from '../core/clock.ts';

export interface ReliefDeps {
  readonly clock: Clock;
  /** Looks once; answers whether the trouble is over. Never rejects. */
  readonly look: () => Promise<boolean>;
}

/** Looks from time to time whether a trouble is over, as long as there is one. */
export interface Relief {
  /** Begins to look, unless that is under way. */
  start(): void;
  stop(): void;
}

/** A look costs one flushed page, and a new ballast where the disk was full. */
const pause: Backoff = { firstMs: 500, factor: 2, maxMs: 10_000 };

export const createRelief = ({ clock, look }: ReliefDeps): Relief => {
  let timer: Timer | undefined;
  let underWay = false;
  let stopped = false;

  const arm = (attempt: number): void => {
    timer = clock.after(backoffMs(pause, attempt), () => {
      void look().then((over) => {
        underWay = !over && !stopped;
        if (underWay) arm(attempt + 1);
      });
    });
  };

  return {
    start() {
      if (underWay || stopped) return;
      underWay = true;
      arm(0);
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
};
