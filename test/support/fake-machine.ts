import type { Clock, Timer } from '../../src/core/clock.ts';
import type { ChassisCommand } from '../../src/core/ports.ts';

/** How the simulated hardware takes its time. */
export interface MachineTimes {
  offDelayMs: number;
  onDelayMs: number;
}

/** The power supply of one simulated server: the truth that every answer is held against. */
export interface FakeMachine {
  readonly times: MachineTimes;
  power(): 'on' | 'off';
  /** Somebody pressed the button: at once, and nothing pending survives it. */
  press(power: 'on' | 'off'): void;
  execute(command: ChassisCommand): void;
  /** Whether it was off at some moment from `fromMs` to `toMs`, both included. */
  wasOff(fromMs: number, toMs: number): boolean;
  /** When it went from off to on (monotonic ms), in order. */
  readonly cameOnMs: readonly number[];
  /** A power change is on its way. */
  changing(): boolean;
}

interface Span {
  readonly fromMs: number;
  toMs: number;
}

/** The spans of time in which the power was off. */
const createOffSpans = (clock: Clock, offNow: boolean) => {
  const spans: Span[] = [];
  const open = () => void spans.push({ fromMs: clock.nowMs(), toMs: Number.POSITIVE_INFINITY });
  if (offNow) open();
  return {
    wentOff: open,
    cameOn() {
      const last = spans.at(-1);
      if (last) last.toMs = clock.nowMs();
    },
    overlaps: (fromMs: number, toMs: number) =>
      spans.some((span) => span.fromMs <= toMs && span.toMs >= fromMs),
  };
};

export const createFakeMachine = (
  clock: Clock,
  start: 'on' | 'off' = 'on',
  times: MachineTimes = { offDelayMs: 0, onDelayMs: 0 },
): FakeMachine => {
  let power = start;
  let pending: { timer: Timer; to: 'on' | 'off' } | undefined;
  const offSpans = createOffSpans(clock, start === 'off');
  const cameOnMs: number[] = [];

  const cancel = () => {
    pending?.timer.cancel();
    pending = undefined;
  };
  const become = (to: 'on' | 'off') => {
    pending = undefined;
    if (power === to) return;
    power = to;
    if (to === 'off') offSpans.wentOff();
    else {
      offSpans.cameOn();
      cameOnMs.push(clock.nowMs());
    }
  };
  const head = (to: 'on' | 'off', delayMs: number) => {
    if (pending?.to === to) return;
    cancel();
    if (power === to) return;
    if (delayMs <= 0) return become(to);
    pending = { to, timer: clock.after(delayMs, () => become(to)) };
  };

  return {
    times,
    cameOnMs,
    power: () => power,
    press(to) {
      cancel();
      become(to);
    },
    execute(command) {
      if (command === 'off') head('off', times.offDelayMs);
      // A server that is still on ignores the power-on, as hardware does.
      if (command === 'on' && power === 'off') head('on', times.onDelayMs);
    },
    wasOff: offSpans.overlaps,
    changing: () => pending !== undefined,
  };
};
