import type { Clock } from '../core/clock.ts';

export interface HangWatchDeps {
  readonly clock: Clock;
  /** A call that takes longer than this hangs (milliseconds). */
  readonly limitMs: number;
  /** Told when the first call hangs, and when none does any more. */
  readonly changed: (hanging: boolean) => void;
}

/** The call itself, watched: it may take as long as it likes, but not in silence. */
export type HangWatch = <Value>(call: Promise<Value>) => Promise<Value>;

export const createHangWatch = ({ clock, limitMs, changed }: HangWatchDeps): HangWatch => {
  let hanging = 0;
  const count = (change: 1 | -1): void => {
    const before = hanging;
    hanging += change;
    if (before === 0 || hanging === 0) changed(hanging > 0);
  };
  return async (call) => {
    let late = false;
    const timer = clock.after(limitMs, () => {
      late = true;
      count(1);
    });
    try {
      return await call;
    } finally {
      timer.cancel();
      if (late) count(-1);
    }
  };
};
