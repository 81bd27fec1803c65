import { expect, test } from 'vitest';
import { createNativeBmc } from '../../../src/bmc/drivers/native.ts';
import { nativeOptions } from '../../../src/bmc/drivers/native-options.ts';
import { deadlineIn } from '../../../src/core/deadline.ts';
import { Secret } from '../../../src/core/secret.ts';
import { createVirtualClock, type VirtualClock } from '../../../src/core/virtual-clock.ts';
import { emptyView } from '../../../src/events/view.ts';
import { createReadinessKeeper } from '../../../src/fence/readiness-keeper.ts';
import { rehearse } from '../../../src/fence/rehearsal.ts';
import { createSimNetwork } from '../../support/proof/sim-network.ts';
import { createSimServer } from '../../support/proof/sim-server.ts';

const server = 'server1';
const password = new Secret('operator');

/** The native driver and the keeper as the daemon has them, over a BMC that is silent when the rehearsal begins. */
const createBench = () => {
  const clock = createVirtualClock();
  const network = createSimNetwork(clock, 2);
  const users = [{ name: 'fence', password, privilege: 'operator' as const }];
  const sim = createSimServer(server, { clock, users, guid: Buffer.alloc(16, 1), seed: 1 });
  network.place('bmc', sim.simulation);
  const options = nativeOptions.parse({ host: 'bmc', user: 'fence' });
  const bmc = createNativeBmc(options, { clock, password, kg: undefined, connect: network.connect });
  const identities = { pinned: () => undefined, ownerOf: () => undefined, checked: () => true };
  const keeper = createReadinessKeeper({
    clock,
    plan: () => ({ servers: [server], intervalMs: 300_000, limitMs: 660_000 }),
    rehearse: (name, _extent, limits) => rehearse({ bmc, identities, report: () => {} }, name, limits),
    view: () => emptyView,
    subscribe: () => () => {},
    record: () => {},
    random: () => 0.5,
  });
  return { clock, network, sim, bmc, keeper };
};

/** In small steps: a device's lane passes a turn on in a macrotask of its own. */
const inSteps = async (clock: VirtualClock, forMs: number): Promise<void> => {
  for (let step = 0; step < forMs; step += 1) await clock.advance(1);
};

test('a forced stop does not wait for the question that a rehearsal has under way', async () => {
  const { clock, network, sim, bmc, keeper } = createBench();
  sim.setFaults({ frozen: true });
  await clock.advance(1_000);
  expect(network.sent()).toBeGreaterThan(0);
  sim.clearFaults();
  const startedMs = clock.nowMs();
  let readMs: number | undefined;
  const stop = keeper.whileFencing(server, async () => {
    const limits = { deadline: deadlineIn(clock, 15_000), priority: 'forcedStop' } as const;
    const session = await bmc.open(limits);
    await session.readPower(limits);
    readMs = clock.nowMs();
    await session.close();
  });
  await inSteps(clock, 100);
  expect((readMs ?? Number.POSITIVE_INFINITY) - startedMs).toBeLessThanOrEqual(100);
  await inSteps(clock, 1_000);
  await stop;
  expect(sim.simulation.sessions.activeCount()).toBe(0);
});
