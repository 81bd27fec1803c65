import type { Clock, Timer } from '../../core/clock.ts';

/**
 * The power of a machine, with the delays of real ones. An order that is under way is not started
 * again by a second one; `off` wins over the second half of a cycle and over a pending `on`.
 */
export interface PowerSupply {
  power(): 'on' | 'off';
  /** Goes off `delayMs` from now, or when an earlier order says so. */
  off(delayMs?: number): void;
  on(): void;
  /** Off after the same delay, then on again; does nothing while off. */
  cycle(delayMs?: number): void;
  /** Changes at once and drops what was pending. */
  press(power: 'on' | 'off'): void;
  stop(): void;
}

interface Pending {
  readonly power: 'on' | 'off';
  readonly dueMs: number;
  readonly timer: Timer;
}

/** The least time a power cycle stays off, IPMI 2.0 section 28.3. */
const shortestCycleGapMs = 1000;

export const createPowerSupply = (deps: {
  clock: Clock;
  power: 'on' | 'off';
  offDelayMs: number;
  onDelayMs: number;
  onChange: (power: 'on' | 'off') => void;
}): PowerSupply => {
  const { clock, offDelayMs, onDelayMs, onChange } = deps;
  let power = deps.power;
  let pending: Pending | undefined;
  let onAfterwards = false;

  const drop = () => {
    pending?.timer.cancel();
    pending = undefined;
  };
  const become = (next: 'on' | 'off') => {
    drop();
    if (next === power) return;
    power = next;
    onChange(next);
  };
  const arm = (next: 'on' | 'off', delayMs: number) => {
    const dueMs = clock.nowMs() + delayMs;
    if (pending?.power === next && pending.dueMs <= dueMs) return;
    drop();
    pending = { power: next, dueMs, timer: clock.after(delayMs, () => finish(next)) };
  };
  const finish = (next: 'on' | 'off') => {
    become(next);
    if (next === 'off' && onAfterwards) arm('on', Math.max(shortestCycleGapMs, onDelayMs));
    onAfterwards = false;
  };

  return {
    power: () => power,
    off(delayMs = offDelayMs) {
      onAfterwards = false;
      if (power === 'on') arm('off', delayMs);
      else drop();
    },
    on() {
      if (power === 'off') arm('on', onDelayMs);
    },
    cycle(delayMs = offDelayMs) {
      if (power === 'off') return;
      onAfterwards = true;
      arm('off', delayMs);
    },
    press(next) {
      onAfterwards = false;
      become(next);
    },
    stop: drop,
  };
};
