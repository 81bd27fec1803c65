import type { ChassisControl } from '../../bmc/ipmi/commands/chassis-control.ts';
import type { ChassisIdentify } from '../../bmc/ipmi/commands/chassis-identify.ts';
import type { ChassisStatus, RestorePolicy } from '../../bmc/ipmi/commands/get-chassis-status.ts';
import { type Clock, isoNow } from '../../core/clock.ts';
import type { MachineEvent, MachineFact } from './facts.ts';
import { createIdentifyLamp } from './identify-lamp.ts';
import { createPowerSupply, type PowerSupply } from './power-supply.ts';

export interface MachineOptions {
  /** The power at the start; default on. */
  readonly power?: 'on' | 'off';
  /** From an accepted `off` to the power going off, in milliseconds; default 500. */
  readonly offDelayMs?: number;
  /** From an accepted `on` to the power coming on, in milliseconds; default 500. */
  readonly onDelayMs?: number;
  /** From the soft power button to the operating system being down, or `ignored`, as a hung one does. */
  readonly softOffDelayMs?: number | 'ignored';
  readonly restorePolicy?: RestorePolicy;
}

/** A server as its BMC sees it. No I/O: it lives on the clock it is given. */
export interface Machine {
  power(): 'on' | 'off';
  status(): ChassisStatus;
  /** Accepts or declines a chassis control; accepted says nothing about when it takes effect. */
  control(control: ChassisControl): 'accepted' | 'notInPresentState';
  identify(order: ChassisIdentify): void;
  /** Someone at the machine switches it; this takes effect at once and drops what was pending. */
  press(power: 'on' | 'off'): void;
  /** How often the machine was reset or sent an NMI. */
  counts(): { readonly reset: number; readonly nmi: number };
  /** Tells of every fact from now on; the returned function ends it. */
  onChange(listener: (fact: MachineFact) => void): () => void;
  /** Cancels every timer. */
  stop(): void;
}

const defaultDelayMs = 500;
const defaultSoftOffDelayMs = 2000;

/** Controls that section 28.3 advises to answer with D5h while the power is off. */
const needsPower: ReadonlySet<ChassisControl> = new Set(['cycle', 'reset', 'nmi', 'softOff']);

/** `within` may put something between the machine and its power supply. */
export const createMachine = (
  clock: Clock,
  options: MachineOptions = {},
  within: (supply: PowerSupply) => PowerSupply = (supply) => supply,
): Machine => {
  const listeners = new Set<(fact: MachineFact) => void>();
  const counts = { reset: 0, nmi: 0 };
  const softOffDelayMs = options.softOffDelayMs ?? defaultSoftOffDelayMs;

  const tell = (event: MachineEvent) => {
    for (const listener of listeners) listener({ ...event, at: isoNow(clock) });
  };
  const supply = within(
    createPowerSupply({
      clock,
      power: options.power ?? 'on',
      offDelayMs: options.offDelayMs ?? defaultDelayMs,
      onDelayMs: options.onDelayMs ?? defaultDelayMs,
      onChange: (value) => tell({ what: 'power', value }),
    }),
  );
  const lamp = createIdentifyLamp({
    clock,
    onChange: (value, seconds) => tell({ what: 'identify', value, seconds }),
  });

  const effects: Record<ChassisControl, () => void> = {
    off: () => supply.off(),
    on: () => supply.on(),
    cycle: () => supply.cycle(),
    reset() {
      counts.reset += 1;
      tell({ what: 'reset' });
    },
    nmi() {
      counts.nmi += 1;
      tell({ what: 'nmi' });
    },
    softOff() {
      tell({ what: 'softOff' });
      if (softOffDelayMs !== 'ignored') supply.off(softOffDelayMs);
    },
  };

  return {
    power: supply.power,
    status: () => ({
      power: supply.power(),
      restorePolicy: options.restorePolicy ?? 'previous',
      powerFault: false,
      identify: lamp.state(),
    }),
    control(control) {
      if (supply.power() === 'off' && needsPower.has(control)) return 'notInPresentState';
      effects[control]();
      return 'accepted';
    },
    identify: (order) => lamp.order(order),
    press: (power) => supply.press(power),
    counts: () => ({ ...counts }),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop() {
      supply.stop();
      lamp.stop();
    },
  };
};
