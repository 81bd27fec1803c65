import type { Clock } from '../../../core/clock.ts';

/** How many mails may go out: some at once, and one more each interval (a token bucket). */
export interface Allowance {
  /** How many may go now. */
  left(): number;
  /** Takes one. */
  take(): void;
  /** Milliseconds until one may go; 0 where one may go now. */
  waitMs(): number;
}

export const createAllowance = (
  clock: Pick<Clock, 'nowMs'>,
  { burst, everyMs }: { readonly burst: number; readonly everyMs: number },
): Allowance => {
  let tokens = burst;
  let countedMs = clock.nowMs();
  const count = (): void => {
    const earned = Math.floor((clock.nowMs() - countedMs) / everyMs);
    tokens = Math.min(burst, tokens + earned);
    countedMs = tokens === burst ? clock.nowMs() : countedMs + earned * everyMs;
  };
  return {
    left() {
      count();
      return tokens;
    },
    take() {
      count();
      // A full bucket earns from now on.
      tokens -= 1;
    },
    waitMs() {
      count();
      return tokens > 0 ? 0 : countedMs + everyMs - clock.nowMs();
    },
  };
};
