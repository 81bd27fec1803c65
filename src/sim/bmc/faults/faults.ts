import type { Clock } from '../../../core/clock.ts';
import { CodedError } from '../../../core/errors.ts';
import type { RandomStreams } from '../../random.ts';
import { type FaultSettings, faultSettingsSchema, faultsByHook } from './catalogue.ts';
import type { Fault, FaultHook, FaultSwitch, FaultTargets, InstalledFault } from './define.ts';
import { createStoppableClock } from './stoppable-clock.ts';

/** The faults of one simulated BMC; all of them are off at first. */
export interface Faults {
  /**
   * Switches faults on and off. One that is set again begins anew. Throws `rpc.params` where a value is
   * wrong, and has then changed nothing.
   */
  set(changes: FaultSettings): void;
  /** Switches all of them off. */
  clear(): void;
  /** Those that are on, with their values in full. */
  on(): FaultSettings;
}

type Layers = { readonly [Hook in FaultHook]: readonly InstalledFault<Hook>[] };

/** The same as the BMC's own parts see it. */
export interface FaultBoard extends Faults {
  /** A part of the BMC with the faults that lie over it. */
  over<Hook extends FaultHook>(hook: Hook, target: FaultTargets[Hook]): FaultTargets[Hook];
  /** Cancels every timer; datagrams under way are lost. */
  stop(): void;
}

const checked = (changes: FaultSettings): FaultSettings => {
  const parsed = faultSettingsSchema.safeParse(changes);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    ['faults', ...path].join('.').concat(`: ${message}`),
  );
  throw new CodedError('rpc.params', problems.join('; '));
};

/** Every fault of the catalogue, ready for one BMC. */
export const createFaults = (deps: { clock: Clock; random: RandomStreams }): FaultBoard => {
  const { clock, stop } = createStoppableClock(deps.clock);
  const switches = new Map<string, FaultSwitch>();
  const install = <Hook extends FaultHook>(
    faults: Readonly<Record<string, Fault<Hook>>>,
  ): readonly InstalledFault<Hook>[] =>
    Object.entries(faults).map(([name, fault]) => {
      const installed = fault.install({ clock, random: deps.random(name) });
      switches.set(name, installed);
      return installed;
    });
  const layers: Layers = {
    supply: install(faultsByHook.supply),
    machine: install(faultsByHook.machine),
    wallMs: install(faultsByHook.wallMs),
    wire: install(faultsByHook.wire),
    sessions: install(faultsByHook.sessions),
    numbering: install(faultsByHook.numbering),
    handshake: install(faultsByHook.handshake),
    guids: install(faultsByHook.guids),
    offer: install(faultsByHook.offer),
    passwords: install(faultsByHook.passwords),
    commands: install(faultsByHook.commands),
  };
  const on = new Map<string, unknown>();

  const turn = (name: string, value: unknown) => {
    if (value === undefined) return;
    if (value === false) {
      switches.get(name)?.clear();
      on.delete(name);
    } else {
      switches.get(name)?.set(value);
      on.set(name, value);
    }
  };
  return {
    set(changes) {
      for (const [name, value] of Object.entries(checked(changes))) turn(name, value);
    },
    clear() {
      for (const name of [...on.keys()]) turn(name, false);
    },
    on: () => Object.fromEntries(on) as FaultSettings,
    over: (hook, target) => layers[hook].reduce((inner, fault) => fault.over(inner), target),
    stop,
  };
};
