import { CodedError } from '../../core/errors.ts';
import type {
  DiscreteReading,
  NoReading,
  SensorReading,
  ThresholdReading,
  ThresholdState,
  Thresholds,
} from '../../core/readings.ts';
import type { Ask } from '../checks/ask.ts';
import { completionCodeOf } from '../client/failures.ts';
import { getSensorReading, type SensorReadingData } from '../ipmi/commands/get-sensor-reading.ts';
import { getSensorReadingFactors } from '../ipmi/commands/get-sensor-reading-factors.ts';
import { getSensorThresholds } from '../ipmi/commands/get-sensor-thresholds.ts';
import { completionCodes, isPassingCompletion } from '../ipmi/completion-codes.ts';
import { type AnalogFormat, convertReading, isNonLinear } from '../ipmi/sdr/conversion.ts';
import type { CompactSensor, FullSensor, RawThresholds, SensorRecord } from '../ipmi/sdr/record.ts';
import { eventTypes, stateWords } from '../ipmi/tables/event-words.ts';
import { sensorTypeText } from '../ipmi/tables/sensor-types.ts';
import { unitsText } from '../ipmi/tables/units.ts';

const bmcAddress = 0x20;
const lunMask = 0x03;
const offsets = 15;
/** More sensors than any server has; their readings still fit into one line of the socket, which ends at 1 MiB. */
const mostSensors = 1024;

type ReadableSensor = FullSensor | CompactSensor;

const headOf = ({ name, number, sensorType }: SensorRecord) => ({
  name,
  number,
  type: sensorTypeText(sensorType),
});

const unknown = (sensor: SensorRecord, why: NoReading): SensorReading => ({
  ...headOf(sensor),
  kind: 'unknown',
  why,
});

/** From the worst to the mildest: the bit of the comparison in Get Sensor Reading, and what it says. */
const comparisons: readonly (readonly [bit: number, state: ThresholdState, side: 'lower' | 'upper'])[] = [
  [2, 'nonRecoverable', 'lower'],
  [5, 'nonRecoverable', 'upper'],
  [1, 'critical', 'lower'],
  [4, 'critical', 'upper'],
  [0, 'nonCritical', 'lower'],
  [3, 'nonCritical', 'upper'],
];

const compared = (states: number | undefined): Pick<ThresholdReading, 'state' | 'side'> => {
  if (states === undefined) return { state: 'unknown' };
  const [worst] = comparisons.filter(([bit]) => ((states >> bit) & 1) === 1);
  return worst ? { state: worst[1], side: worst[2] } : { state: 'ok' };
};

const convertThresholds = (raw: RawThresholds, format: AnalogFormat | undefined): Thresholds =>
  Object.fromEntries(
    Object.entries(raw).flatMap(([name, byte]) => {
      const value = format && convertReading(byte, format);
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** The answer, or undefined where the BMC says no for good; a BMC that is busy or silent ends the walk. */
const unlessRefused = async <Answer>(answer: Promise<Answer>): Promise<Answer | undefined> => {
  try {
    return await answer;
  } catch (error) {
    const code = completionCodeOf(error);
    if (code === undefined || isPassingCompletion(code)) throw error;
    return undefined;
  }
};

const thresholdReading = async (
  ask: Ask,
  sensor: ReadableSensor,
  { raw, states }: SensorReadingData,
): Promise<ThresholdReading> => {
  const base = { ...headOf(sensor), kind: 'threshold', unit: unitsText(sensor.units) } as const;
  if (sensor.kind === 'compact' || !sensor.analog) return { ...base, ...compared(states), thresholds: {} };
  const { number, analog, thresholdAccess } = sensor;
  const atReading = isNonLinear(analog)
    ? await unlessRefused(ask(getSensorReadingFactors, { sensor: number, raw }))
    : analog.factors;
  const value = atReading && convertReading(raw, { ...analog, factors: atReading });
  const isReadable = thresholdAccess === 'readable' || thresholdAccess === 'settable';
  const inForce = isReadable
    ? await unlessRefused(ask(getSensorThresholds, number))
    : thresholdAccess === 'fixed'
      ? sensor.thresholds
      : {};
  return {
    ...base,
    ...(value !== undefined && { value }),
    ...compared(states),
    // What is not linear would need factors of its own for each threshold.
    thresholds: isNonLinear(analog) ? {} : convertThresholds(inForce ?? {}, analog),
  };
};

const discreteReading = (sensor: ReadableSensor, states: number): DiscreteReading => {
  const { sensorType, eventType } = sensor;
  const held = Array.from({ length: offsets }, (_none, offset) => offset);
  return {
    ...headOf(sensor),
    kind: 'discrete',
    states: held
      .filter((offset) => ((states >> offset) & 1) === 1)
      .map((offset) => stateWords({ sensorType, eventType, offset })),
  };
};

const readSensor = async (ask: Ask, sensor: ReadableSensor): Promise<SensorReading> => {
  if (sensor.owner !== bmcAddress || (sensor.ownerLun & lunMask) !== 0) return unknown(sensor, 'elsewhere');
  let reading: SensorReadingData;
  try {
    reading = await ask(getSensorReading, sensor.number);
  } catch (error) {
    const code = completionCodeOf(error);
    if (code === undefined || isPassingCompletion(code)) throw error;
    return unknown(sensor, code === completionCodes.notPresent ? 'notPresent' : 'rejected');
  }
  if (reading.unavailable) return unknown(sensor, 'unavailable');
  if (!reading.scanning) return unknown(sensor, 'scanningDisabled');
  if (sensor.eventType === eventTypes.threshold) return thresholdReading(ask, sensor, reading);
  if (reading.states === undefined) return unknown(sensor, 'unavailable');
  return discreteReading(sensor, reading.states);
};

/** Reads every sensor one after the other; those that only send events are left out. Throws with a `bmc.*` code. */
export const readSensors = async (
  ask: Ask,
  sensors: readonly SensorRecord[],
): Promise<readonly SensorReading[]> => {
  if (sensors.length > mostSensors) {
    throw new CodedError(
      'bmc.protocol',
      `the BMC tells of ${sensors.length} sensors; more than ${mostSensors} are not read`,
    );
  }
  const readings: SensorReading[] = [];
  for (const sensor of sensors) {
    if (sensor.kind !== 'eventOnly') readings.push(await readSensor(ask, sensor));
  }
  return readings;
};
