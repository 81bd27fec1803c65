import type { ChassisIdentify } from '../../bmc/ipmi/commands/chassis-identify.ts';
import type { Clock, Timer } from '../../core/clock.ts';

export type LampState = 'off' | 'timed' | 'indefinite';

/** The chassis identify lamp: lit for a time, lit until told otherwise, or dark (IPMI 2.0 section 28.5). */
export interface IdentifyLamp {
  state(): LampState;
  order(order: ChassisIdentify): void;
  /** Forgets a running time; the lamp stays as it is. */
  stop(): void;
}

export const createIdentifyLamp = (deps: {
  clock: Clock;
  onChange: (state: LampState, seconds: number) => void;
}): IdentifyLamp => {
  const { clock, onChange } = deps;
  let state: LampState = 'off';
  let timer: Timer | undefined;

  const show = (next: LampState, seconds: number) => {
    timer?.cancel();
    timer = next === 'timed' ? clock.after(seconds * 1000, () => show('off', 0)) : undefined;
    const dark = state === 'off' && next === 'off';
    state = next;
    if (!dark) onChange(next, seconds);
  };

  return {
    state: () => state,
    order({ seconds, indefinite }) {
      if (indefinite) show('indefinite', 0);
      else show(seconds > 0 ? 'timed' : 'off', seconds);
    },
    stop: () => timer?.cancel(),
  };
};
