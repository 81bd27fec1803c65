import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MethodResult } from '../../src/bridge/engine/method-tables.ts';
import { defaultSensors } from '../../src/sim/bmc/default-sensors.ts';
import { defaultEventLog } from '../../src/sim/bmc/event-log.ts';
import { complaints, createSite, type Daemon, type Site } from '../support/daemon.ts';
import { describeWithPeers } from '../support/peers.ts';
import { disagreements, eventDisagreements } from './reading-comparison.ts';
import { freeipmiSel, freeipmiSensors, ipmitoolSel, ipmitoolSensors, peers } from './reading-peers.ts';
import { type IpmiSim, startIpmiSim } from './rig/ipmi-sim.ts';
import { emulatedSensors } from './rig/ipmi-sim-sensors.ts';

const suite = 3;

const login = { user: 'oper', password: 'operpw', level: 'OPERATOR' };

describeWithPeers(
  ['ipmi_sim', ...peers],
  'sensors and event log of ipmi_sim, beside ipmitool and FreeIPMI',
  () => {
    let sim: IpmiSim;
    let empty: IpmiSim;
    let site: Site;
    let daemon: Daemon;

    beforeAll(async () => {
      sim = await startIpmiSim({ emulator: emulatedSensors(defaultSensors, defaultEventLog) });
      empty = await startIpmiSim();
      const access = ({ host, port }: IpmiSim) => ({ host, port, user: 'oper', password: 'operpw' });
      site = createSite({ servers: { server1: access(sim), empty: access(empty) } });
      daemon = await site.start();
    });

    afterAll(async () => {
      expect(await daemon.stop()).toEqual({ code: 0, signal: null });
      expect(complaints(daemon)).toEqual([]);
      expect([...sim.log(), ...empty.log()]).toEqual([]);
    });

    const ask = async <Name extends 'bmc.sensors' | 'bmc.sel'>(_name: Name, words: readonly string[]) => {
      const { stdout, stderr, code } = await site.cli(['bmc', ...words, '--json']);
      expect([code, stderr]).toEqual([0, '']);
      return JSON.parse(stdout) as MethodResult<Name>;
    };

    test('the sensors: names, values, units and states', async () => {
      const { sensors } = await ask('bmc.sensors', ['sensors', 'server1']);
      expect(sensors).toHaveLength(13);
      const tool = await ipmitoolSensors(sim, suite, login);
      const free = await freeipmiSensors(sim, suite, login);
      expect(disagreements(sensors, tool, free)).toEqual([]);
    });

    test('the event log: times, names, words, readings and directions', async () => {
      const { total, entries } = await ask('bmc.sel', ['sel', 'server1']);
      expect([total, entries.length]).toEqual([12, 12]);
      const tool = await ipmitoolSel(sim, suite, login);
      const free = await freeipmiSel(sim, suite, login);
      expect(eventDisagreements(entries, tool, free)).toEqual([]);
      const last = await ask('bmc.sel', ['sel', 'server1', '--last', '3']);
      expect(last.entries).toEqual(entries.slice(-3));
    });

    test('a BMC without sensor records and without a log', async () => {
      expect((await ask('bmc.sensors', ['sensors', 'empty'])).sensors).toEqual([]);
      expect(await ask('bmc.sel', ['sel', 'empty'])).toMatchObject({ total: 0, entries: [] });
    });
  },
);
