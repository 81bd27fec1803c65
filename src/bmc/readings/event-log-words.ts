import type { EventLogEntry, LoggedEvent } from '../../core/readings.ts';
import { convertReading, isNonLinear } from '../ipmi/sdr/conversion.ts';
import type { SensorRecord } from '../ipmi/sdr/record.ts';
import { crossingOf, type SelRecord, type SystemEvent } from '../ipmi/sel-record.ts';
import { stateWords } from '../ipmi/tables/event-words.ts';
import { hexText, sensorTypeText } from '../ipmi/tables/sensor-types.ts';
import { unitsText } from '../ipmi/tables/units.ts';
import type { IpmiTime } from '../ipmi/timestamp.ts';

const bmcAddress = 0x20;

const timeOf = (time: IpmiTime | undefined) => {
  if (time?.kind === 'utc') return { at: time.at };
  return time?.kind === 'sinceStart' ? { sinceStartSeconds: time.seconds } : {};
};

/** Generator ids of section 29.7: a slave address, or a software id where bit 0 is set. */
const sourceText = (generator: number): string => {
  if (generator === bmcAddress) return 'bmc';
  return `${(generator & 1) === 1 ? 'software' : 'controller'} ${hexText(generator)}`;
};

/** What was read and which threshold was crossed, where the sensor's record tells how to convert them. */
const crossing = (event: SystemEvent, sensor: SensorRecord | undefined): Partial<LoggedEvent> => {
  if (sensor?.kind !== 'full' || !sensor.analog || isNonLinear(sensor.analog)) return {};
  const { analog, units } = sensor;
  const raw = crossingOf(event);
  const reading = raw.reading === undefined ? undefined : convertReading(raw.reading, analog);
  const threshold = raw.threshold === undefined ? undefined : convertReading(raw.threshold, analog);
  if (reading === undefined && threshold === undefined) return {};
  return {
    ...(reading !== undefined && { reading }),
    ...(threshold !== undefined && { threshold }),
    unit: unitsText(units),
  };
};

const findSensor = (sensors: readonly SensorRecord[], event: SystemEvent): SensorRecord | undefined =>
  sensors.find(
    ({ owner, number, sensorType }) =>
      owner === event.generator && number === event.sensorNumber && sensorType === event.sensorType,
  );

const eventEntry = (event: SystemEvent, sensors: readonly SensorRecord[]): LoggedEvent => {
  const sensor = findSensor(sensors, event);
  return {
    kind: 'event',
    id: event.id,
    ...timeOf(event.time),
    source: sourceText(event.generator),
    sensorType: sensorTypeText(event.sensorType),
    sensorNumber: event.sensorNumber,
    ...(sensor && { sensor: sensor.name }),
    event: stateWords(event),
    asserted: event.asserted,
    ...crossing(event, sensor),
    data: event.data.toString('hex'),
  };
};

/** A record of the event log in words, with the name of its sensor where `sensors` has it. */
export const eventLogEntry = (record: SelRecord, sensors: readonly SensorRecord[]): EventLogEntry => {
  if (record.kind === 'event') return eventEntry(record, sensors);
  const { kind, id, recordType } = record;
  const data = record.data.toString('hex');
  if (kind === 'reserved') return { kind, id, recordType, data };
  const { time, manufacturer } = record;
  return { kind, id, ...timeOf(time), recordType, ...(manufacturer !== undefined && { manufacturer }), data };
};
