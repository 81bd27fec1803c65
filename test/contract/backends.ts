import { randomBytes } from 'node:crypto';
import { systemClock } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import type { BmcFact } from '../../src/sim/bmc/facts.ts';
import { startSimBmc } from '../../src/sim/bmc/server.ts';
import type { ChassisSet } from '../interop/rig/chassis-files.ts';
import { atEnd } from '../interop/rig/endings.ts';
import { startIpmiSim } from '../interop/rig/ipmi-sim.ts';
import { defaultUsers } from '../interop/rig/ipmi-sim-config.ts';
import type { BmcBackend } from './bmc-port.ts';

const chassisWord = ({ what, value, forced }: ChassisSet): string => {
  if (what === 'power') return value === 1 ? 'on' : 'off';
  if (what !== 'identify') return what;
  if (forced) return 'identify steady';
  return value === 0 ? 'identify off' : `identify ${value}`;
};

/**
 * Debian's ipmi_sim: cipher suite 3 at best, no NMI, an identify lamp that it does not report, and the
 * privilege level that a session asks for, whoever the user is.
 */
export const ipmiSim: BmcBackend = {
  name: 'ipmi_sim',
  operator: defaultUsers.operator,
  viewer: defaultUsers.user,
  limitsUsers: false,
  slots: 63,
  suite: 3,
  refusedSuite: 17,
  nmi: false,
  tellsIdentify: false,
  async start(options) {
    const sim = await startIpmiSim(options);
    return {
      host: sim.host,
      port: sim.port,
      guid: sim.guid,
      power: () => (sim.power() === 1 ? 'on' : 'off'),
      did: () => sim.log().map(chassisWord),
      freeze: sim.pause,
      thaw: sim.resume,
      stop: sim.stop,
    };
  },
};

const factWord = (fact: BmcFact): string[] => {
  switch (fact.what) {
    case 'power':
      return [fact.value];
    case 'reset':
    case 'nmi':
      return [fact.what];
    case 'identify': {
      if (fact.value === 'off') return ['identify off'];
      return [fact.value === 'indefinite' ? 'identify steady' : `identify ${fact.seconds}`];
    }
    default:
      return [];
  }
};

const operator = { name: 'oper', password: 'operpw' };
const viewer = { name: 'viewer', password: 'viewpw' };

/** The simulated BMC of this project, with one cipher suite of its two. */
export const simulatedBmc = (suite: 17 | 3): BmcBackend => ({
  name: `the simulated BMC with suite ${suite}`,
  slots: 4,
  suite,
  refusedSuite: suite === 17 ? 3 : 17,
  operator,
  viewer,
  limitsUsers: true,
  nmi: true,
  tellsIdentify: true,
  async start({ offDelayMs = 0, kg, guid = randomBytes(16).toString('hex'), ...where } = {}) {
    const facts: BmcFact[] = [];
    const sim = await startSimBmc({
      ...where,
      clock: systemClock,
      users: [
        { name: operator.name, password: new Secret(operator.password), privilege: 'operator' },
        { name: viewer.name, password: new Secret(viewer.password), privilege: 'user' },
      ],
      guid: Buffer.from(guid, 'hex'),
      suites: [suite],
      machine: { offDelayMs, onDelayMs: 0 },
      onFact: (fact) => facts.push(fact),
      ...(kg === undefined ? {} : { kg: new Secret(kg) }),
    });
    const over = atEnd({ stop: () => sim.close(), kill: () => undefined });
    return {
      host: sim.host,
      port: sim.port,
      guid,
      power: sim.machine.power,
      did: () => facts.flatMap(factWord),
      freeze: () => sim.wire.set({ frozen: true }),
      thaw: () => sim.wire.set({ frozen: false }),
      async stop() {
        await sim.close();
        over();
      },
    };
  },
});
