import type { WireFaultSettings } from './faults/catalogue.ts';
import type { Faults } from './faults/faults.ts';
import type { Machine } from './machine.ts';
import { type SimulationOptions, simulateBmc } from './simulate.ts';
import { openSockets } from './sockets.ts';

export type { SimBmcUser } from './assemble.ts';

export interface SimBmcOptions extends SimulationOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
}

/** A simulated BMC that listens. */
export interface SimBmc {
  readonly host: string;
  readonly port: number;
  /** What repeats the run. */
  readonly seed: number;
  /** The server behind it, as it really is. */
  readonly machine: Machine;
  readonly faults: Faults;
  /** The faults of the network alone. */
  readonly wire: { set(changes: WireFaultSettings): void };
  /** Sessions that are open now. */
  sessions(): number;
  /** Closes the port and every timer; harmless when called again. */
  close(): Promise<void>;
}

/**
 * Starts a simulated BMC on a UDP port. Rejects with the system's error where the port is not to be had, and
 * with `rpc.params` where a fault is set to what it cannot be.
 */
export const startSimBmc = async (options: SimBmcOptions): Promise<SimBmc> => {
  const { host = '127.0.0.1', port = 0 } = options;
  const simulation = simulateBmc(options);
  const { seed, machine, faults, sessions } = simulation;
  const sockets = await openSockets({ host, port }, simulation.receive);
  let closed: Promise<void> | undefined;

  const shut = () => {
    const over = sockets.close();
    simulation.stop();
    return over;
  };
  return {
    host: sockets.host,
    port: sockets.port,
    seed,
    machine,
    faults,
    wire: { set: faults.set },
    sessions: sessions.activeCount,
    close() {
      closed ??= shut();
      return closed;
    },
  };
};
