import type { Clock } from '../../../src/core/clock.ts';
import type { FaultSettings } from '../../../src/sim/bmc/faults/catalogue.ts';
import { type Simulation, type SimulationOptions, simulateBmc } from '../../../src/sim/bmc/simulate.ts';

type Power = 'on' | 'off';

/** One simulated server, and a memory of what really happened to it. All times are monotonic milliseconds. */
export interface SimServer {
  readonly name: string;
  readonly simulation: Simulation;
  /** Switches faults, and remembers when the BMC could lie. */
  setFaults(faults: FaultSettings): void;
  clearFaults(): void;
  /** Someone at the machine switches it. */
  press(power: Power): void;
  /** Whether the power really was so at any moment between the two. */
  was(power: Power, fromMs: number, toMs: number): boolean;
  /** When the power really changed to this, by an order, not by someone at the machine. */
  changes(power: Power): readonly number[];
  /** Whether its BMC read "off" without looking at any moment between the two. */
  saidOff(fromMs: number, toMs: number): boolean;
  /** Whether its BMC ever said yes to what it would not do. */
  everFeigned(): boolean;
}

interface Span<Value> {
  readonly fromMs: number;
  readonly value: Value;
}

/** Whether a value that changed at these moments had `wanted` at any of them between the two. */
const had = <Value>(spans: readonly Span<Value>[], wanted: Value, fromMs: number, toMs: number): boolean =>
  spans.some(
    ({ value, fromMs: beganMs }, index) =>
      value === wanted && beganMs <= toMs && (spans[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY) >= fromMs,
  );

export const createSimServer = (
  name: string,
  options: Omit<SimulationOptions, 'onFact'> & { readonly clock: Clock },
): SimServer => {
  const { clock } = options;
  const power: Span<Power>[] = [{ fromMs: 0, value: options.machine?.power ?? 'on' }];
  const ordered: Span<Power>[] = [];
  let pressing = false;
  const simulation = simulateBmc({
    ...options,
    onFact(fact) {
      if (fact.what !== 'power') return;
      const span = { fromMs: clock.nowMs(), value: fact.value };
      power.push(span);
      if (!pressing) ordered.push(span);
    },
  });
  const saysOff: Span<boolean>[] = [];
  let feigned = false;
  const look = () => {
    const on = simulation.faults.on();
    saysOff.push({ fromMs: clock.nowMs(), value: on.saysOff === true });
    feigned ||= on.saysOff === true || on.staysOn === true;
  };
  look();
  return {
    name,
    simulation,
    setFaults(faults) {
      simulation.faults.set(faults);
      look();
    },
    clearFaults() {
      simulation.faults.clear();
      look();
    },
    press(next) {
      pressing = true;
      simulation.machine.press(next);
      pressing = false;
    },
    was: (wanted, fromMs, toMs) => had(power, wanted, fromMs, toMs),
    changes: (wanted) => ordered.filter(({ value }) => value === wanted).map(({ fromMs }) => fromMs),
    saidOff: (fromMs, toMs) => had(saysOff, true, fromMs, toMs),
    everFeigned: () => feigned,
  };
};
