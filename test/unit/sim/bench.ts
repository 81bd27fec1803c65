import { Secret } from '../../../src/core/secret.ts';
import { createVirtualClock, type VirtualClock } from '../../../src/core/virtual-clock.ts';
import { assembleBmc, type BmcOptions } from '../../../src/sim/bmc/assemble.ts';
import type { Bmc } from '../../../src/sim/bmc/bmc.ts';
import type { BmcFact } from '../../../src/sim/bmc/facts.ts';
import { createMachine, type Machine, type MachineOptions } from '../../../src/sim/bmc/machine.ts';
import type { SessionTable } from '../../../src/sim/bmc/sessions.ts';

export const guid = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

/** A simulated BMC without a network, on a clock that stands still. */
export interface Bench {
  readonly clock: VirtualClock;
  readonly bmc: Bmc;
  readonly machine: Machine;
  readonly sessions: SessionTable;
  readonly facts: readonly BmcFact[];
  /** What happened, without its times. */
  happened(): string[];
}

export const accounts = [
  { name: 'admin', password: new Secret('a-password-of-20-byt') },
  { name: 'operator', password: new Secret('op'), privilege: 'operator' as const },
  { name: 'viewer', password: new Secret('vw'), privilege: 'user' as const },
  { name: '', password: new Secret('nameless') },
];

export const createBench = (options: Partial<BmcOptions> & { machine?: MachineOptions } = {}): Bench => {
  const clock = createVirtualClock();
  const facts: BmcFact[] = [];
  const onFact = (fact: BmcFact) => void facts.push(fact);
  const machine = createMachine(clock, options.machine);
  machine.onChange(onFact);
  const { bmc, sessions } = assembleBmc({ users: accounts, guid, ...options }, { clock, machine, onFact });
  const happened = () =>
    facts.map((fact) =>
      [fact.what, ...('value' in fact ? [fact.value] : []), ...('why' in fact ? [fact.why] : [])].join(' '),
    );
  return { clock, bmc, machine, sessions, facts, happened };
};
