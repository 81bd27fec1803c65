import { Secret } from '../../../src/core/secret.ts';
import { createVirtualClock, type VirtualClock } from '../../../src/core/virtual-clock.ts';
import type { BmcFact } from '../../../src/sim/bmc/facts.ts';
import { type Simulation, type SimulationOptions, simulateBmc } from '../../../src/sim/bmc/simulate.ts';

export const guid = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

/** What came out of the BMC's end of the wire. */
export interface Arrival {
  readonly atMs: number;
  readonly datagram: Buffer;
  readonly from: 'otherPort' | undefined;
}

/** A simulated BMC without a network, on a clock that stands still. */
export interface Bench extends Simulation {
  readonly clock: VirtualClock;
  readonly facts: readonly BmcFact[];
  /** What happened, without its times. */
  happened(): string[];
  /** Sends a datagram over the wire; what comes back, whenever it does, is in `arrived`. */
  send(datagram: Buffer): void;
  readonly arrived: Arrival[];
}

export type BenchOptions = Partial<Omit<SimulationOptions, 'clock' | 'onFact'>>;

export const accounts = [
  { name: 'admin', password: new Secret('a-password-of-20-byt') },
  { name: 'operator', password: new Secret('op'), privilege: 'operator' as const },
  { name: 'viewer', password: new Secret('vw'), privilege: 'user' as const },
  { name: '', password: new Secret('nameless') },
];

export const createBench = (options: BenchOptions = {}): Bench => {
  const clock = createVirtualClock();
  const facts: BmcFact[] = [];
  const onFact = (fact: BmcFact) => void facts.push(fact);
  const simulation = simulateBmc({ users: accounts, guid, seed: 1, ...options, clock, onFact });
  const happened = () =>
    facts.map((fact) =>
      [fact.what, ...('value' in fact ? [fact.value] : []), ...('why' in fact ? [fact.why] : [])].join(' '),
    );
  const arrived: Arrival[] = [];
  const send = (datagram: Buffer) =>
    simulation.receive(datagram, 'console', (bytes, from) => {
      arrived.push({ atMs: clock.nowMs(), datagram: bytes, from });
    });
  return { ...simulation, clock, facts, happened, send, arrived };
};
