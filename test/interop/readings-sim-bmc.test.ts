import { expect, test } from 'vitest';
import { bmcDrivers } from '../../src/bmc/drivers/index.ts';
import { encodeSystemEvent } from '../../src/bmc/ipmi/sel-record.ts';
import { stateWords } from '../../src/bmc/ipmi/tables/event-words.ts';
import { genericOffsets } from '../../src/bmc/ipmi/tables/generic-offsets.ts';
import { sensorOffsets } from '../../src/bmc/ipmi/tables/sensor-offsets.ts';
import { sensorTypeText } from '../../src/bmc/ipmi/tables/sensor-types.ts';
import { systemClock } from '../../src/core/clock.ts';
import { deadlineIn } from '../../src/core/deadline.ts';
import { Secret } from '../../src/core/secret.ts';
import { describeWithPeers } from '../support/peers.ts';
import { disagreements, eventDisagreements } from './reading-comparison.ts';
import {
  agreement,
  freeipmiSel,
  freeipmiSensors,
  ipmitoolSel,
  ipmitoolSensors,
  peers,
} from './reading-peers.ts';
import { admin, type Subject, startSubject } from './sim-bmc-tools.ts';

const suite = 17;

/** Our own reader on the same BMC. */
const ours = ({ host, port }: Subject) => {
  const driver = bmcDrivers.native;
  if (!driver) throw new Error('the native driver is gone');
  const options = driver.spec.options.parse({ host, port, user: admin.user });
  const secrets = { password: new Secret(admin.password) };
  const { readings } = driver.build({ model: 'ipmi', driver: 'native', options, secrets }, systemClock);
  if (!readings) throw new Error('the native driver reads nothing');
  const limits = { deadline: deadlineIn(systemClock, 60_000), priority: 'operator' } as const;
  return {
    sensors: () => readings.sensors(limits, () => 'new'),
    eventLog: () => readings.eventLog(limits, () => 'new', 2000),
  };
};

describeWithPeers(peers, 'what others read of the simulated BMC', () => {
  test.each(['on', 'off'] as const)('its sensors while the server is %s', async (power) => {
    const bmc = await startSubject({ machine: { power } });
    const sensors = await ours(bmc).sensors();
    expect(sensors).toHaveLength(13);
    const tool = await ipmitoolSensors(bmc, suite, admin);
    const free = await freeipmiSensors(bmc, suite, admin);
    expect(disagreements(sensors, tool, free)).toEqual([]);
    expect(bmc.sessions()).toBe(0);
  });

  test('its sensors, 16 bytes of a record at a time', async () => {
    const bmc = await startSubject({ longestRead: 16 });
    const tool = await ipmitoolSensors(bmc, suite, admin);
    expect(disagreements(await ours(bmc).sensors(), tool, undefined)).toEqual([]);
  });

  test('its event log', async () => {
    const bmc = await startSubject();
    const { entries } = await ours(bmc).eventLog();
    expect(entries).toHaveLength(12);
    const tool = await ipmitoolSel(bmc, suite, admin);
    const free = await freeipmiSel(bmc, suite, admin);
    expect(eventDisagreements(entries, tool, free)).toEqual([]);
  });

  test('every state of the tables, in the words of both of them', async () => {
    const generic = Object.entries(genericOffsets).flatMap(([type, words]) =>
      words.map((_words, offset) => ({
        sensorType: type === '1' ? 1 : 0x15,
        eventType: Number(type),
        offset,
      })),
    );
    const specific = Object.entries(sensorOffsets).flatMap(([type, words]) =>
      words.map((_words, offset) => ({ sensorType: Number(type), eventType: 0x6f, offset })),
    );
    const states = [...generic, ...specific];
    const eventLog = states.map(({ offset, ...state }, index) =>
      encodeSystemEvent({
        ...{ id: index + 1, seconds: 0x69000000, generator: 0x20, sensorNumber: 200, asserted: true },
        ...state,
        data: Buffer.from([offset, 0xff, 0xff]),
      }),
    );
    const bmc = await startSubject({ eventLog, sensors: [] });
    const free = await freeipmiSel(bmc, suite, admin);
    const tool = await ipmitoolSel(bmc, suite, admin);
    expect([free.length, tool.length]).toEqual([states.length, states.length]);
    const differing = states.flatMap((state, index) => {
      const [words, type] = [stateWords(state), sensorTypeText(state.sensorType)];
      const [, , , , theirType = '', ...event] = free[index] ?? [];
      const toolEvent = (tool[index] ?? '').split('|')[4] ?? '';
      const same = Math.max(agreement(words, event.join(' ')), agreement(words, toolEvent));
      return same >= 0.6 && agreement(type, theirType) >= 0.6
        ? []
        : [`${type}: ${words} | ${theirType}: ${event.join(', ')} | ${toolEvent}`];
    });
    expect(differing).toEqual([]);
  });
});
