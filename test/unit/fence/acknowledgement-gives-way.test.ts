import { expect, test } from 'vitest';
import { createNativeBmc } from '../../../src/bmc/drivers/native.ts';
import { nativeOptions } from '../../../src/bmc/drivers/native-options.ts';
import { createPetAcknowledger } from '../../../src/bmc/pet-acknowledger.ts';
import { deadlineIn } from '../../../src/core/deadline.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { Secret } from '../../../src/core/secret.ts';
import { createVirtualClock, type VirtualClock } from '../../../src/core/virtual-clock.ts';
import { createSimNetwork } from '../../support/proof/sim-network.ts';
import { createSimServer } from '../../support/proof/sim-server.ts';

const server = 'server1';
const password = new Secret('operator');
const pet = {
  ...{ sequence: 7, localSeconds: 5, eventSource: 0x20, sensorDevice: 0x20, sensorNumber: 1 },
  eventData: Buffer.of(1, 2, 3),
};

/** In small steps: a device's lane passes a turn on in a macrotask of its own. */
const inSteps = async (clock: VirtualClock, forMs: number): Promise<void> => {
  for (let step = 0; step < forMs; step += 1) await clock.advance(1);
};

test('a forced stop does not wait for an acknowledgement that a silent BMC leaves unanswered', async () => {
  const clock = createVirtualClock();
  const network = createSimNetwork(clock, 2);
  const users = [{ name: 'fence', password, privilege: 'operator' as const }];
  const sim = createSimServer(server, { clock, users, guid: Buffer.alloc(16, 1), seed: 1 });
  network.place('bmc', sim.simulation);
  const options = nativeOptions.parse({ host: 'bmc', user: 'fence' });
  const bmc = createNativeBmc(options, { clock, password, kg: undefined, connect: network.connect });
  const acknowledger = createPetAcknowledger({ clock, log: silentLogger, bmcOf: () => bmc });
  sim.setFaults({ frozen: true });
  acknowledger.offer(server, pet);
  await inSteps(clock, 100);
  expect(network.sent()).toBeGreaterThan(0);
  sim.clearFaults();
  const startedMs = clock.nowMs();
  let readMs: number | undefined;
  const stop = acknowledger.whileFencing(server, async () => {
    const limits = { deadline: deadlineIn(clock, 15_000), priority: 'forcedStop' } as const;
    const session = await bmc.open(limits);
    await session.readPower(limits);
    readMs = clock.nowMs();
    await session.close();
  });
  await inSteps(clock, 100);
  expect((readMs ?? Number.POSITIVE_INFINITY) - startedMs).toBeLessThanOrEqual(100);
  expect(acknowledger.counts()).toMatchObject({ acknowledged: 0, failed: 0, waiting: 1 });
  await inSteps(clock, 1_000);
  await stop;
  expect(acknowledger.counts()).toMatchObject({ acknowledged: 1, failed: 0, waiting: 0 });
});
