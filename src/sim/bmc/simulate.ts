import { randomInt } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { createRandomStreams } from '../random.ts';
import { assembleBmc, type BmcOptions } from './assemble.ts';
import type { Bmc } from './bmc.ts';
import type { BmcFact } from './facts.ts';
import type { FaultSettings } from './faults/catalogue.ts';
import { createFaults, type Faults } from './faults/faults.ts';
import { createMachine, type Machine, type MachineOptions } from './machine.ts';
import type { SessionTable } from './sessions.ts';
import { type Deliver, overWire, plainWire } from './wire.ts';

export interface SimulationOptions extends BmcOptions {
  readonly clock: Clock;
  readonly machine?: MachineOptions;
  /** Faults that it starts with. */
  readonly faults?: FaultSettings;
  /** Repeats what faults do by chance; by default another one each time. A whole number from 0. */
  readonly seed?: number;
  readonly onFact?: (fact: BmcFact) => void;
}

/** A simulated BMC with its machine and its faults, and everything of a network but the sockets: it lives on its clock. */
export interface Simulation {
  readonly seed: number;
  /** The server behind it, as it really is. */
  readonly machine: Machine;
  readonly faults: Faults;
  readonly sessions: SessionTable;
  /** The BMC at the near end of the wire, where only its own faults are felt. */
  readonly bmc: Bmc;
  /** A datagram of `peer` comes in at the far end of the wire; what goes back comes out of `deliver`, whenever it does. */
  receive(datagram: Buffer, peer: string, deliver: Deliver): void;
  /** Ends every session and cancels every timer; datagrams under way are lost. */
  stop(): void;
}

/** The first number that is too large for a seed. */
export const seedLimit = 2 ** 32;

/** Puts a simulated BMC together. Throws `rpc.params` where a fault is set to what it cannot be. */
export const simulateBmc = (options: SimulationOptions): Simulation => {
  const { clock, seed = randomInt(seedLimit), onFact = () => {} } = options;
  const faults = createFaults({ clock, random: createRandomStreams(seed) });
  faults.set(options.faults ?? {});
  const machine = createMachine(clock, options.machine, (supply) => faults.over('supply', supply));
  machine.onChange(onFact);
  const { bmc, sessions } = assembleBmc(options, { clock, machine, faults, onFact });
  return {
    seed,
    machine,
    faults: { set: faults.set, clear: faults.clear, on: faults.on },
    sessions,
    bmc,
    receive: overWire(faults.over('wire', plainWire), bmc),
    stop() {
      faults.stop();
      sessions.closeAll();
      machine.stop();
    },
  };
};
