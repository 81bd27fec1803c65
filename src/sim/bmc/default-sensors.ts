import type { Factors } from '../../bmc/ipmi/sdr/conversion.ts';
import type {
  LocatorRecord,
  RawThresholds,
  SensorIdentity,
  SensorRecord,
} from '../../bmc/ipmi/sdr/record.ts';
import { eventTypes } from '../../bmc/ipmi/tables/event-words.ts';
import type { SensorUnits } from '../../bmc/ipmi/tables/units.ts';
import type { Shown, SimSensor } from './sensor-board.ts';

/** Entity ids of table 43-13. */
const entities = { processor: 3, board: 7, supply: 10, chassis: 23, fan: 29, air: 55, battery: 40, bmc: 6 };

const noUnits: SensorUnits = { percentage: false, rate: 0, modifierUse: 'none', base: 0, modifier: 0 };
const unit = (base: number): SensorUnits => ({ ...noUnits, base });
const degreesC = unit(1);
const volts = unit(4);
const watts = unit(6);
const rpm = unit(18);
const alone = { count: 1, suffix: 'numeric', suffixOffset: 0, entityIncrements: false } as const;

type Place = readonly [number: number, name: string, sensorType: number, entityId: number, instance?: number];

const identity = ([number, name, sensorType, entityId, entityInstance = 1]: Place, eventType: number) =>
  ({
    recordId: number,
    owner: 0x20,
    ownerLun: 0,
    number,
    entityId,
    entityInstance,
    sensorType,
    eventType,
    name,
  }) satisfies SensorIdentity;

const analog = (
  place: Place,
  units: SensorUnits,
  factors: Partial<Factors>,
  thresholds: RawThresholds,
): SensorRecord => ({
  kind: 'full',
  ...identity(place, eventTypes.threshold),
  units,
  analog: {
    encoding: 'unsigned',
    linearization: 0,
    factors: { m: 1, b: 0, bExponent: 0, resultExponent: 0, ...factors },
  },
  thresholdAccess: 'readable',
  thresholds,
});

const discrete = (place: Place, eventType: number = eventTypes.sensorSpecific): SensorRecord => ({
  kind: 'compact',
  ...identity(place, eventType),
  units: noUnits,
  sharing: alone,
});

const eventOnly = (place: Place): SensorRecord => ({
  kind: 'eventOnly',
  ...identity(place, eventTypes.sensorSpecific),
  sharing: alone,
});

const hot = (upperNonCritical: number): RawThresholds => ({
  upperNonCritical,
  upperCritical: upperNonCritical + 5,
  upperNonRecoverable: upperNonCritical + 10,
});
const slow: RawThresholds = { lowerCritical: 6, lowerNonCritical: 10 };
const around = (low: number, high: number): RawThresholds => ({
  lowerCritical: low - 4,
  lowerNonCritical: low,
  upperNonCritical: high,
  upperCritical: high + 4,
});

const sensor = (record: SensorRecord, shown: Shown, whileOff?: Shown): SimSensor => ({
  record,
  shown,
  ...(whileOff && { whileOff }),
});
const whileOn = (record: SensorRecord, raw: number) => sensor(record, { raw }, 'unavailable');

/** A small server: temperatures, fans, voltages, two power supplies of which one has lost its input. */
export const defaultSensors: readonly SimSensor[] = [
  sensor(analog([1, 'Inlet Temp', 1, entities.air], degreesC, { b: -64 }, hot(102)), { raw: 87 }),
  whileOn(analog([2, 'CPU1 Temp', 1, entities.processor], degreesC, {}, hot(85)), 88),
  whileOn(analog([3, 'Fan 1A', 4, entities.fan], rpm, { m: 100 }, slow), 54),
  whileOn(analog([4, 'Fan 1B', 4, entities.fan, 2], rpm, { m: 100 }, slow), 5),
  whileOn(analog([5, '12V', 2, entities.board], volts, { m: 63, resultExponent: -3 }, around(180, 200)), 191),
  sensor(
    analog(
      [6, 'VBAT', 2, entities.battery],
      volts,
      { m: 15, b: 5, bExponent: 1, resultExponent: -3 },
      {
        lowerCritical: 160,
      },
    ),
    { raw: 201 },
  ),
  whileOn(analog([7, 'Power', 11, entities.board], watts, { m: 2 }, {}), 93),
  sensor(discrete([8, 'PS1 Status', 8, entities.supply]), { states: [0] }),
  sensor(discrete([9, 'PS2 Status', 8, entities.supply, 2]), { states: [0, 3] }),
  sensor(discrete([10, 'PS Redundancy', 8, entities.supply, 3], 0x0b), { states: [1] }),
  sensor(discrete([11, 'Watchdog', 35, entities.bmc]), { states: [] }),
  sensor(discrete([12, 'Chassis Intru', 5, entities.chassis]), { states: [0] }),
  sensor(discrete([13, 'Drive 0', 13, entities.board, 2]), { states: [0] }, 'scanningDisabled'),
  { record: eventOnly([14, 'SEL', 16, entities.bmc]), shown: undefined },
];

/** Devices that have a name and no reading. */
export const defaultDevices: readonly LocatorRecord[] = [
  { kind: 'controllerLocator', recordId: 15, name: 'BMC' },
  { kind: 'fruLocator', recordId: 16, name: 'Mainboard' },
];
