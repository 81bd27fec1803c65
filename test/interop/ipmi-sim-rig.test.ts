import { existsSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { describeWithPeers, peerPath } from '../support/peers.ts';
import { type IpmiSim, startIpmiSim } from './rig/ipmi-sim.ts';
import { type RunResult, run } from './rig/run.ts';

const ipmitool = (
  sim: IpmiSim,
  words: string,
  password = 'secret',
  user = 'admin',
  timeoutMs = 10_000,
): Promise<RunResult> => {
  const where = ['-I', 'lanplus', '-C', '3', '-H', sim.host, '-p', String(sim.port)];
  const argv: [string, ...string[]] = [peerPath('ipmitool'), ...where, '-U', user, '-E', ...words.split(' ')];
  return run(argv, { env: { IPMITOOL_PASSWORD: password, IPMI_PASSWORD: password }, timeoutMs });
};

const says = async (sim: IpmiSim, words: string): Promise<string> =>
  (await ipmitool(sim, words)).stdout.trim();

const sets = (sim: IpmiSim): string[] => sim.log().map((set) => `${set.what} ${set.value}`);

describeWithPeers(['ipmi_sim', 'ipmitool'], 'the ipmi_sim rig', () => {
  test('answers, is switched off and on, and records each with its time', async () => {
    const sim = await startIpmiSim();
    expect(await says(sim, 'power status')).toBe('Chassis Power is on');
    expect(sim.log()).toEqual([]);
    const before = Date.now();
    await ipmitool(sim, 'power off');
    expect(sim.power()).toBe(0);
    expect(await says(sim, 'power status')).toBe('Chassis Power is off');
    await ipmitool(sim, 'power on');
    expect(sim.power()).toBe(1);
    expect(sets(sim)).toEqual(['power 0', 'power 1']);
    for (const { at } of sim.log()) {
      expect(at).toBeGreaterThanOrEqual(before - 1);
      expect(at).toBeLessThanOrEqual(Date.now() + 1);
    }
  });

  test('a slow power-off is accepted at once, and the server reads on until it ends', async () => {
    const sim = await startIpmiSim({ offDelayMs: 1_000 });
    const asked = await ipmitool(sim, 'power off');
    const askedAt = performance.now();
    expect(asked.code).toBe(0);
    expect(sim.power()).toBe(1);
    expect(await says(sim, 'power status')).toBe('Chassis Power is on');
    await ipmitool(sim, 'power off');
    while (sim.power() === 1) await pause(10);
    const tookMs = performance.now() - askedAt;
    expect(tookMs).toBeGreaterThan(800);
    expect(tookMs).toBeLessThan(5_000);
    expect(await says(sim, 'power status')).toBe('Chassis Power is off');
    expect(sets(sim)).toEqual(['power 0', 'power 0']);
  });

  test('records identify, reset, soft power-off and the off and on of a power cycle', async () => {
    const sim = await startIpmiSim();
    await ipmitool(sim, 'chassis identify 250');
    await ipmitool(sim, 'chassis identify force');
    await ipmitool(sim, 'chassis identify 0');
    expect(sim.log().map(({ what, value, forced }) => ({ what, value, forced }))).toEqual([
      { what: 'identify', value: 250, forced: false },
      { what: 'identify', value: 0, forced: true },
      { what: 'identify', value: 0, forced: false },
    ]);
    await ipmitool(sim, 'power reset');
    await ipmitool(sim, 'power cycle');
    expect(sim.power()).toBe(0);
    while (sim.power() === 0) await pause(20);
    await ipmitool(sim, 'power soft');
    expect(sets(sim).slice(3)).toEqual(['reset 1', 'power 0', 'power 1', 'shutdown 1']);
    expect(sim.power()).toBe(0);
  });

  test('tells each user apart, and gives the GUID it was given', async () => {
    const guid = '00112233445566778899aabbccddeeff';
    const sim = await startIpmiSim({ guid });
    expect((await says(sim, 'raw 6 0x37')).replaceAll(' ', '')).toBe(guid);
    expect((await ipmitool(sim, 'power status', 'wrong')).code).toBe(1);
    expect((await ipmitool(sim, '-L OPERATOR power off', 'operpw', 'oper')).code).toBe(0);
    expect((await ipmitool(sim, '-L USER power on', 'viewpw', 'viewer')).stderr).toContain(
      'Insufficient privilege',
    );
    expect(sets(sim)).toEqual(['power 0']);
  });

  test('asks for its K_g, and refuses one that ipmi_sim would cut or misread', async () => {
    const kg = 'nineteen-characters';
    const sim = await startIpmiSim({ kg });
    expect((await ipmitool(sim, 'power status')).code).toBe(1);
    expect((await ipmitool(sim, `-k ${kg} power status`)).stdout).toBe('Chassis Power is on\n');
    await expect(startIpmiSim({ kg: `${kg}!` })).rejects.toThrow('at most 19 characters');
    await expect(startIpmiSim({ kg: 'two words' })).rejects.toThrow('no spaces');
  });

  test('paused it is silent, resumed it answers again', async () => {
    const sim = await startIpmiSim();
    sim.pause();
    expect((await ipmitool(sim, 'power off', 'secret', 'admin', 500)).timedOut).toBe(true);
    expect(sim.log()).toEqual([]);
    sim.resume();
    expect(await says(sim, 'power status')).toBe('Chassis Power is on');
  });

  test('stop leaves no process and no folder, also where it was paused', async () => {
    const sim = await startIpmiSim();
    const folder = readlinkSync(`/proc/${sim.pid}/cwd`);
    expect(existsSync(join(folder, 'chassis.log'))).toBe(true);
    sim.pause();
    await sim.stop();
    expect(existsSync(`/proc/${sim.pid}`)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  test('a simulator that cannot have its port says so', async () => {
    const sim = await startIpmiSim();
    await expect(startIpmiSim({ host: sim.host, port: sim.port })).rejects.toThrow('EADDRINUSE');
  });
});
