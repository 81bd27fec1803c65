import { expect, test } from 'vitest';
import { createNativeBmc } from '../../src/bmc/drivers/native.ts';
import { nativeOptions } from '../../src/bmc/drivers/native-options.ts';
import { systemClock } from '../../src/core/clock.ts';
import { deadlineIn } from '../../src/core/deadline.ts';
import { Secret } from '../../src/core/secret.ts';
import { acknowledgementOf } from '../../src/snmp-trap/pet/acknowledge.ts';
import { decodePet } from '../../src/snmp-trap/pet/record.ts';
import { until } from '../support/bounded.ts';
import type { BmcAccess } from '../support/daemon.ts';
import { describeWithPeers, peerPath } from '../support/peers.ts';
import { startSimBmcs } from '../support/sim-bmc-process.ts';
import { startIpmiSim } from './rig/ipmi-sim.ts';
import { run } from './rig/run.ts';

/** The recorded PET of a Dell server (manual page ipmi-pet(8)). */
const specific = '356224';
const bytes = Buffer.from(
  '44454c4c500010598043b2c04f333358000219e87e26ffff202004207318008001ff000000000019000002a20100c1',
  'hex',
);
const limitMs = 30_000;

/** Our driver, once. */
const acknowledge = async ({ host, port, user, password }: BmcAccess): Promise<void> => {
  const options = nativeOptions.parse({ host, port, user });
  const secret = new Secret(password);
  const bmc = createNativeBmc(options, { clock: systemClock, password: secret, kg: undefined });
  const pet = decodePet(bytes);
  if (!pet.ok || !bmc.acknowledgePet) throw new Error('nothing to acknowledge, or nobody to do it');
  const limits = { deadline: deadlineIn(systemClock, 5_000), priority: 'background' } as const;
  await bmc
    .acknowledgePet(acknowledgementOf(pet.value, bytes), limits)
    .finally(async () => void (await bmc.close()));
};

describeWithPeers(['ipmi_sim'], 'PET Acknowledge at ipmi_sim, which sends no alerts', () => {
  test('is refused with D5h, and that is told', { timeout: limitMs }, async () => {
    const sim = await startIpmiSim();
    const { name: user, password } = sim.users.operator;
    await expect(acknowledge({ host: sim.host, port: sim.port, user, password })).rejects.toMatchObject({
      code: 'bmc.state',
      completionCode: 0xd5,
    });
    await sim.stop();
  });
});

describeWithPeers(['ipmi-pet'], 'PET Acknowledge of FreeIPMI and ours, at the simulated BMC', () => {
  test('say the same of one trap, and neither logs in', { timeout: limitMs }, async () => {
    const sims = await startSimBmcs([{ name: 'one' }]);
    const access = sims.access('one');
    const words = [...bytes].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`);
    const place = `${access.host}:${access.port}`;
    const peer = [peerPath('ipmi-pet'), '-h', place, '--pet-acknowledge', specific, ...words] as const;
    expect(await run(peer)).toMatchObject({ code: 0 });
    await acknowledge(access);
    const told = () => sims.facts('one').filter(({ event }) => event !== 'listening');
    await until(() => told().length >= 2, 5_000, 'two acknowledgements');
    const fact = { event: 'petAcknowledged', sequence: 2, localSeconds: 434_667_046, sensorNumber: 115 };
    expect(told()).toMatchObject([fact, fact]);
    await sims.process.stop();
  });
});
