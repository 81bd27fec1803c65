import type { Clock, Timer } from '../../../core/clock.ts';

/** A view of `clock` whose pending calls can all be cancelled at once. */
export const createStoppableClock = (clock: Clock): { readonly clock: Clock; stop(): void } => {
  const pending = new Set<Timer>();
  const after: Clock['after'] = (delayMs, run) => {
    const timer = clock.after(delayMs, () => {
      pending.delete(timer);
      run();
    });
    pending.add(timer);
    return {
      cancel() {
        pending.delete(timer);
        timer.cancel();
      },
    };
  };
  return {
    clock: { wallMs: clock.wallMs, nowMs: clock.nowMs, after },
    stop() {
      for (const timer of pending) timer.cancel();
      pending.clear();
    },
  };
};
