import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { describeWithPeers } from '../support/peers.ts';
import { admin, freeipmi, ipmitool, startSubject, viewer } from './sim-bmc-tools.ts';

/** Programs of others against our simulated BMC: what it says is IPMI 2.0 to them too. */
const suites = [17, 3];

describeWithPeers(['ipmitool'], 'ipmitool and the simulated BMC', () => {
  describe.each(suites)('suite %i', (suite) => {
    test('reads and switches the power, and leaves no session behind', async () => {
      const bmc = await startSubject();
      expect((await ipmitool(bmc, suite, 'power status')).stdout).toBe('Chassis Power is on\n');
      expect((await ipmitool(bmc, suite, 'power off')).stdout).toContain('Down/Off');
      await expect.poll(() => bmc.machine.power()).toBe('off');
      expect((await ipmitool(bmc, suite, 'power status')).stdout).toBe('Chassis Power is off\n');
      expect((await ipmitool(bmc, suite, 'power on')).stdout).toContain('Up/On');
      await expect.poll(() => bmc.machine.power()).toBe('on');
      expect(bmc.facts()).toEqual(['power off', 'power on']);
      expect(bmc.sessions()).toBe(0);
    });

    test('resets, cycles, sends an NMI and the soft power button', async () => {
      const bmc = await startSubject({ machine: { offDelayMs: 0, softOffDelayMs: 'ignored' } });
      for (const words of ['power reset', 'power diag', 'power soft', 'power cycle']) {
        expect((await ipmitool(bmc, suite, words)).code, words).toBe(0);
      }
      await expect
        .poll(() => bmc.facts(), { timeout: 4000 })
        .toEqual(['reset', 'nmi', 'softOff', 'power off', 'power on']);
      expect(bmc.sessions()).toBe(0);
    });

    test('is refused a reset while the power is off', async () => {
      const bmc = await startSubject({ machine: { power: 'off' } });
      const refused = await ipmitool(bmc, suite, 'power reset');
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain('not supported in present state');
      expect(bmc.facts()).toEqual([]);
    });

    test('lights the identify lamp and reads it back', async () => {
      const bmc = await startSubject();
      await ipmitool(bmc, suite, 'chassis identify 250');
      await ipmitool(bmc, suite, 'chassis identify force');
      expect(bmc.machine.status().identify).toBe('indefinite');
      await ipmitool(bmc, suite, 'chassis identify 0');
      expect(bmc.facts()).toEqual(['identify timed', 'identify indefinite', 'identify off']);
    });

    test('reads GUID and device id', async () => {
      const bmc = await startSubject();
      expect((await ipmitool(bmc, suite, 'mc guid')).stdout).toContain('00112233445566778899AABBCCDDEEFF');
      const info = await ipmitool(bmc, suite, 'mc info');
      expect(info.stdout).toMatch(/IPMI Version +: 2\.0/);
      expect(info.stdout).toMatch(/Firmware Revision +: 1\.00/);
      expect(bmc.sessions()).toBe(0);
    });

    test('reads its session and the clock of the event log', async () => {
      const bmc = await startSubject();
      const { stdout } = await ipmitool(bmc, suite, 'session info active');
      expect(stdout).toMatch(/slot count +: 4\nactive sessions +: 1\nuser id +: 2\n/);
      expect(stdout).toMatch(/privilege level +: ADMINISTRATOR\nsession type +: IPMIv2\/RMCP\+/);
      const time = await ipmitool(bmc, suite, 'sel time get');
      expect(time.stdout).toMatch(/\d\d:\d\d:\d\d/);
      expect(time.stdout).not.toContain('S+');
    });

    test('logs in with a K_g of 20 bytes, and not without it', async () => {
      const kg = 'a-bmc-key-of-twenty!';
      const bmc = await startSubject({ kg: new Secret(kg) });
      expect((await ipmitool(bmc, suite, 'power status', { ...admin, kg })).stdout).toBe(
        'Chassis Power is on\n',
      );
      expect((await ipmitool(bmc, suite, 'power status')).code).not.toBe(0);
    });

    test('is refused with a wrong password or an unknown name', async () => {
      const bmc = await startSubject();
      for (const login of [
        { ...admin, password: 'wrong' },
        { ...admin, user: 'nobody' },
      ]) {
        const refused = await ipmitool(bmc, suite, 'power off', login);
        expect(refused.code).not.toBe(0);
        expect(refused.stderr).toContain('Unable to establish IPMI v2 / RMCP+ session');
      }
      expect(bmc.sessions()).toBe(0);
      expect(bmc.facts()).toEqual(['loginRefused']);
    });

    test('a viewer may read, but not switch', async () => {
      const bmc = await startSubject();
      expect((await ipmitool(bmc, suite, 'power status', viewer)).stdout).toBe('Chassis Power is on\n');
      const refused = await ipmitool(bmc, suite, 'power off', viewer);
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain('Insufficient privilege level');
      const raised = await ipmitool(bmc, suite, 'power off', { ...viewer, level: 'OPERATOR' });
      expect(raised.stderr).toContain('Set Session Privilege Level to OPERATOR failed');
      expect(bmc.facts()).toEqual([]);
    });
  });

  test('finds the cipher suites by itself, without its wait of 10 s', async () => {
    const bmc = await startSubject();
    const found = await ipmitool(bmc, undefined, 'power status');
    expect(found.stdout).toBe('Chassis Power is on\n');
    expect(found.ms).toBeLessThan(4000);
  });

  test.each([
    [[17], 3],
    [[3], 17],
    [[17, 3], 0],
  ])('with suites %j it is refused suite %i', async (offered, suite) => {
    const bmc = await startSubject({ suites: offered });
    const refused = await ipmitool(bmc, suite, 'power off');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('no matching cipher suite');
    expect(bmc.facts()).toEqual(['loginRefused']);
  });

  test('suite 0, where it is offered, lets in whoever knows a name', async () => {
    const bmc = await startSubject({ suites: [17, 3, 0] });
    const admitted = await ipmitool(bmc, 0, 'power status', { ...admin, password: 'wrong' });
    expect(admitted.stdout).toBe('Chassis Power is on\n');
  });

  test('a frozen BMC says nothing, and answers again when it thaws', async () => {
    const bmc = await startSubject();
    bmc.wire.set({ frozen: true });
    expect((await ipmitool(bmc, 17, '-N 1 -R 1 power status')).code).not.toBe(0);
    bmc.wire.set({ frozen: false });
    expect((await ipmitool(bmc, 17, 'power status')).code).toBe(0);
  });

  test('faults are what they say they are: a bad RAKP 2 code, D5h, and doubled datagrams', async () => {
    const bmc = await startSubject({ faults: { badRakp2Code: true } });
    const impostor = await ipmitool(bmc, 17, '-vv power off');
    expect(impostor.stdout + impostor.stderr).toContain('RAKP 2 HMAC is invalid');
    bmc.faults.set({ badRakp2Code: false, notInState: true });
    expect((await ipmitool(bmc, 17, 'power off')).stderr).toContain('not supported in present state');
    expect(bmc.machine.power()).toBe('on');
    bmc.faults.clear();
    bmc.faults.set({ duplicate: true });
    expect((await ipmitool(bmc, 17, 'power reset')).code).toBe(0);
    expect(bmc.machine.counts().reset).toBe(1);
  });
});

describeWithPeers(['ipmipower', 'ipmi-chassis'], 'FreeIPMI and the simulated BMC', () => {
  describe.each(suites)('suite %i', (suite) => {
    test('reads the power, and waits until it is off or on', async () => {
      const bmc = await startSubject();
      expect((await freeipmi('ipmipower', bmc, suite, '--stat')).stdout).toContain(': on');
      expect((await freeipmi('ipmipower', bmc, suite, '--off --wait-until-off')).stdout).toContain(': ok');
      expect(bmc.machine.power()).toBe('off');
      expect((await freeipmi('ipmipower', bmc, suite, '--on --wait-until-on')).stdout).toContain(': ok');
      expect(bmc.machine.power()).toBe('on');
      expect(bmc.sessions()).toBe(0);
    });

    test('cycles and sends an NMI', async () => {
      const bmc = await startSubject({ machine: { offDelayMs: 0 } });
      for (const words of ['--pulse', '--cycle']) {
        expect((await freeipmi('ipmipower', bmc, suite, words)).stdout, words).toContain(': ok');
      }
      await expect.poll(() => bmc.facts(), { timeout: 4000 }).toEqual(['nmi', 'power off', 'power on']);
    });

    test('lights the identify lamp and reads it back', async () => {
      const bmc = await startSubject();
      await freeipmi('ipmi-chassis', bmc, suite, '--chassis-identify=20');
      const timed = await freeipmi('ipmi-chassis', bmc, suite, '--get-chassis-status');
      expect(timed.stdout).toMatch(/Chassis Identify state +: Timed on/);
      await freeipmi('ipmi-chassis', bmc, suite, '--chassis-identify=FORCE');
      const forced = await freeipmi('ipmi-chassis', bmc, suite, '--get-chassis-status');
      expect(forced.stdout).toMatch(/Chassis Identify state +: Indefinite on/);
      expect(forced.stdout).toMatch(/Power restore policy +: Restore/);
      expect(bmc.sessions()).toBe(0);
    });

    test('logs in with a K_g of 20 bytes, and says what is wrong without it', async () => {
      const kg = 'a-bmc-key-of-twenty!';
      const bmc = await startSubject({ kg: new Secret(kg) });
      expect((await freeipmi('ipmipower', bmc, suite, '--stat', { ...admin, kg })).stdout).toContain(': on');
      expect((await freeipmi('ipmipower', bmc, suite, '--stat')).stdout).toContain(': k_g invalid');
    });

    test('says what is wrong with a login', async () => {
      const bmc = await startSubject();
      const wrong = await freeipmi('ipmipower', bmc, suite, '--off', { ...admin, password: 'wrong' });
      expect(wrong.stdout).toContain(': password invalid');
      const nobody = await freeipmi('ipmipower', bmc, suite, '--off', { ...admin, user: 'nobody' });
      expect(nobody.stdout).toContain(': username invalid');
      expect(bmc.facts()).toEqual(['loginRefused']);
    });

    test('a viewer may read, but not switch', async () => {
      const bmc = await startSubject();
      expect((await freeipmi('ipmipower', bmc, suite, '--stat', viewer)).stdout).toContain(': on');
      await freeipmi('ipmipower', bmc, suite, '--off', viewer);
      await freeipmi('ipmipower', bmc, suite, '--off', { ...viewer, level: 'OPERATOR' });
      expect(bmc.facts()).toEqual([]);
    });
  });

  test('leaves its session open after a reset; four of them take every slot', async () => {
    const bmc = await startSubject();
    for (let count = 1; count <= 4; count += 1) {
      expect((await freeipmi('ipmipower', bmc, 17, '--reset')).stdout).toContain(': ok');
      expect(bmc.sessions()).toBe(count);
    }
    expect((await freeipmi('ipmipower', bmc, 17, '--stat')).stdout).toContain(': BMC busy');
    expect(bmc.facts()).toEqual(['reset', 'reset', 'reset', 'reset', 'loginRefused']);
  });
});
