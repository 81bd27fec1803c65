import { expect, test } from 'vitest';
import type { SensorRecord } from '../../../../src/bmc/ipmi/sdr/record.ts';
import { decodeSelRecord } from '../../../../src/bmc/ipmi/sel-record.ts';
import { eventLogEntry } from '../../../../src/bmc/readings/event-log-words.ts';

const identity = {
  recordId: 1,
  ownerLun: 0,
  number: 1,
  entityId: 3,
  entityInstance: 1,
  sensorType: 1,
  eventType: 1,
};
const volts = { percentage: false, rate: 0, modifierUse: 'none', base: 4, modifier: 0 } as const;

const sensor = (owner: number, name: string, linearization = 0): SensorRecord => ({
  ...{ kind: 'full', ...identity, owner, name, units: volts },
  analog: {
    ...{ encoding: 'unsigned', linearization },
    factors: { m: 63, b: 0, bExponent: 0, resultExponent: -3 },
  },
  ...{ thresholdAccess: 'none', thresholds: {} },
});

const entry = (hex: string, sensors: readonly SensorRecord[] = []) => {
  const record = decodeSelRecord(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  if (!record.ok) throw new Error(record.failure);
  return eventLogEntry(record.value, sensors);
};
const crossed = (generator: string) => `01 00 02 57 07 00 00 ${generator} 00 04 01 01 01 57 bf be`;

test('the sensor of the controller that tells, with what it read in its unit', () => {
  const sensors = [sensor(0x2c, 'of another controller'), sensor(0x20, 'of the BMC')];
  expect(entry(crossed('20'), sensors)).toEqual({
    ...{ kind: 'event', id: 1, sinceStartSeconds: 1879, source: 'bmc' },
    ...{ sensorType: 'Temperature', sensorNumber: 1, sensor: 'of the BMC' },
    ...{ event: 'upper non-critical, going high', asserted: true },
    ...{ reading: 12.033, threshold: 11.97, unit: 'volts', data: '57bfbe' },
  });
  expect(entry(crossed('2c'), sensors)).toMatchObject({
    source: 'controller 2Ch',
    sensor: 'of another controller',
  });
});

test.each([
  ['no record', []],
  ['a record of another type', [{ ...sensor(0x20, 'other'), sensorType: 2 }]],
])('without a name where there is %s', (_name, sensors) => {
  expect(entry(crossed('20'), sensors)).not.toHaveProperty('sensor');
});

test('a sensor that is not linear is named, and what it read stays in hex', () => {
  const told = entry(crossed('20'), [sensor(0x20, 'curved', 0x70)]);
  expect(told).toMatchObject({ sensor: 'curved', data: '57bfbe' });
  expect(told).not.toHaveProperty('reading');
});

test('software, and a clock that was never set', () => {
  const told = entry('05 00 02 ff ff ff ff 41 00 04 20 00 6f 01 ff ff');
  expect(told).toMatchObject({ source: 'software 41h', event: 'run-time critical stop' });
  expect(told).not.toHaveProperty('at');
  expect(told).not.toHaveProperty('sinceStartSeconds');
});
