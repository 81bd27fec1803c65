import { describe, expect, test } from 'vitest';
import type { CompactSensor, FullSensor } from '../../../../src/bmc/ipmi/sdr/record.ts';
import { readSensors } from '../../../../src/bmc/readings/sensors.ts';
import { type Said, scriptedBmc } from './scripted-bmc.ts';

const identity = {
  ...{ recordId: 1, owner: 0x20, ownerLun: 0, number: 7, entityId: 3, entityInstance: 1 },
  ...{ sensorType: 1, eventType: 1, name: 'CPU1 Temp' },
};
const units = { percentage: false, rate: 0, modifierUse: 'none', base: 1, modifier: 0 } as const;
const factors = { m: 1, b: 0, bExponent: 0, resultExponent: 0 };

const temperature: FullSensor = {
  ...identity,
  kind: 'full',
  units,
  analog: { encoding: 'unsigned', linearization: 0, factors },
  thresholdAccess: 'readable',
  thresholds: { upperCritical: 99 },
};
const sharing = { count: 1, suffix: 'numeric', suffixOffset: 0, entityIncrements: false } as const;
const supply: CompactSensor = {
  ...identity,
  kind: 'compact',
  sensorType: 8,
  eventType: 0x6f,
  units,
  sharing,
};

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

const readOne = async (
  sensor: FullSensor | CompactSensor,
  reading: Said,
  more: Readonly<Record<string, () => Said>> = {},
) => {
  const bmc = scriptedBmc({ 'Get Sensor Reading': () => reading, ...more });
  const [read] = await readSensors(bmc.ask, [sensor]);
  return { read, asked: bmc.asked };
};

describe('thresholds', () => {
  test.each([
    ['ok', '00', { state: 'ok' }],
    ['lower non-critical', '01', { state: 'nonCritical', side: 'lower' }],
    ['lower critical', '03', { state: 'critical', side: 'lower' }],
    ['lower non-recoverable', '07', { state: 'nonRecoverable', side: 'lower' }],
    ['upper non-critical', '08', { state: 'nonCritical', side: 'upper' }],
    ['upper critical', '18', { state: 'critical', side: 'upper' }],
    ['upper non-recoverable', '38', { state: 'nonRecoverable', side: 'upper' }],
    ['the reserved bits', 'c0', { state: 'ok' }],
  ])('%s', async (_name, status, expected) => {
    const { read } = await readOne(temperature, hex(`58 c0 ${status}`));
    expect(read).toEqual({
      ...{ name: 'CPU1 Temp', number: 7, type: 'Temperature', kind: 'threshold' },
      ...{ value: 88, unit: 'degrees C', thresholds: {}, ...expected },
    });
  });

  test('a value without a comparison has the state unknown', async () => {
    expect((await readOne(temperature, hex('58 c0'))).read).toMatchObject({ value: 88, state: 'unknown' });
  });

  test('thresholds in force go before those of the record', async () => {
    const { read } = await readOne(temperature, hex('58 c0 00'), {
      'Get Sensor Thresholds': () => hex('10 00 00 00 00 5f 00'),
    });
    expect(read).toMatchObject({ thresholds: { upperCritical: 95 } });
  });

  test('thresholds that cannot be read are not asked for', async () => {
    const fixed = await readOne({ ...temperature, thresholdAccess: 'fixed' }, hex('58 c0 00'));
    expect(fixed.read).toMatchObject({ thresholds: { upperCritical: 99 } });
    const none = await readOne({ ...temperature, thresholdAccess: 'none' }, hex('58 c0 00'));
    expect(none.read).toMatchObject({ thresholds: {} });
    expect([...fixed.asked, ...none.asked]).toEqual(['Get Sensor Reading', 'Get Sensor Reading']);
  });

  test('a sensor that only compares has no value', async () => {
    const { read } = await readOne({ ...temperature, analog: undefined }, hex('58 c0 10'));
    expect(read).not.toHaveProperty('value');
    expect(read).toMatchObject({ state: 'critical' });
  });

  test('a sensor that is not linear is converted with the factors of its reading', async () => {
    const curved = {
      ...temperature,
      analog: { encoding: 'unsigned', linearization: 0x70, factors },
    } as const;
    const { read } = await readOne(curved, hex('58 c0 00'), {
      'Get Sensor Reading Factors': () => hex('59 02 00 0a 00 00 00'),
    });
    expect(read).toMatchObject({ value: 186 });
    const refused = await readOne(curved, hex('58 c0 00'));
    expect(refused.read).not.toHaveProperty('value');
  });
});

describe('states', () => {
  test.each([
    ['01 00', ['presence detected']],
    ['0a 00', ['power supply failure detected', 'power supply input lost (AC/DC)']],
    ['00 c0', ['state 14 of event type 6Fh']],
    ['00 80', []],
  ])('%s', async (status, states) => {
    const { read } = await readOne(supply, hex(`00 c0 ${status}`));
    expect(read).toMatchObject({ kind: 'discrete', type: 'Power Supply', states });
  });
});

describe('no reading is unknown, and not 0', () => {
  test.each([
    ['unavailable', hex('00 e0 00 00')],
    ['scanningDisabled', hex('00 80 00 00')],
    ['notPresent', 0xcb],
    ['rejected', 0xd5],
    ['rejected', 0xc1],
  ] as const)('%s', async (why, said) => {
    for (const sensor of [temperature, supply]) {
      expect((await readOne(sensor, said)).read).toMatchObject({ kind: 'unknown', why });
    }
  });

  test('a discrete sensor whose states the BMC leaves out', async () => {
    expect((await readOne(supply, hex('00 c0'))).read).toMatchObject({ kind: 'unknown', why: 'unavailable' });
  });

  test.each([
    ['another controller', { owner: 0x2c }],
    ['system software', { owner: 0x41 }],
    ['another LUN', { ownerLun: 1 }],
  ])('a sensor of %s is not asked', async (_name, owner) => {
    const { read, asked } = await readOne({ ...temperature, ...owner }, hex('58 c0 00'));
    expect(read).toMatchObject({ kind: 'unknown', why: 'elsewhere' });
    expect(asked).toEqual([]);
  });

  test('silence and a BMC that stays busy are no reading of a sensor: the walk ends', async () => {
    await expect(readOne(temperature, 'silence')).rejects.toMatchObject({ code: 'bmc.timeout' });
    await expect(readOne(temperature, 0xc0)).rejects.toMatchObject({ code: 'bmc.busy' });
  });
});

test('a BMC that tells of more sensors than any server has is asked for none', async () => {
  const bmc = scriptedBmc({ 'Get Sensor Reading': () => hex('00 c0 00 00') });
  const many = Array.from({ length: 1025 }, () => supply);
  await expect(readSensors(bmc.ask, many)).rejects.toMatchObject({ code: 'bmc.protocol' });
  expect(bmc.asked).toEqual([]);
  expect(await readSensors(bmc.ask, many.slice(1))).toHaveLength(1024);
});
