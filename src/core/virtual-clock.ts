import type { Clock } from './clock.ts';

/** A clock that stands still until it is told to move. */
export interface VirtualClock extends Clock {
  /** Moves time on, running every timer that falls due in order, and lets promises settle between them. */
  advance(byMs: number): Promise<void>;
  /** Steps the wall clock only, as an administrator or NTP would. */
  stepWall(byMs: number): void;
  /** How many timers are armed: a test's way to see that nothing was left behind. */
  armed(): number;
}

interface Armed {
  dueMs: number;
  order: number;
  run: () => void;
}

/** Lets everything that is already resolvable run: a macrotask turn drains the whole microtask queue. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const nextDue = (timers: ReadonlySet<Armed>, untilMs: number): Armed | undefined => {
  let first: Armed | undefined;
  for (const timer of timers) {
    if (timer.dueMs > untilMs) continue;
    if (!first || timer.dueMs < first.dueMs || (timer.dueMs === first.dueMs && timer.order < first.order)) {
      first = timer;
    }
  }
  return first;
};

/** A virtual clock; `startWallMs` is its first wall time (default 2026-01-01T00:00:00Z). */
export const createVirtualClock = (startWallMs = Date.UTC(2026, 0, 1)): VirtualClock => {
  const timers = new Set<Armed>();
  let monotonicMs = 0;
  let wallOffsetMs = startWallMs;
  let orders = 0;
  return {
    wallMs: () => wallOffsetMs + monotonicMs,
    nowMs: () => monotonicMs,
    after(delayMs, run) {
      const timer: Armed = { dueMs: monotonicMs + Math.max(0, delayMs), order: orders++, run };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    async advance(byMs) {
      const untilMs = monotonicMs + byMs;
      await settle();
      for (let due = nextDue(timers, untilMs); due; due = nextDue(timers, untilMs)) {
        timers.delete(due);
        monotonicMs = Math.max(monotonicMs, due.dueMs);
        due.run();
        await settle();
      }
      monotonicMs = untilMs;
    },
    stepWall(byMs) {
      wallOffsetMs += byMs;
    },
    armed: () => timers.size,
  };
};
