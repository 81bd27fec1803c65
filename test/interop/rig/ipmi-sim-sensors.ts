import { encodeSensorRecord } from '../../../src/bmc/ipmi/sdr/encode-record.ts';
import { thresholdNames } from '../../../src/bmc/ipmi/sdr/record.ts';
import type { SimSensor } from '../../../src/sim/bmc/sensor-board.ts';

const hex = (byte: number) => `0x${byte.toString(16).padStart(2, '0')}`;
const noEvents = '000000000000000';

/** The six thresholds of `sensor_set_threshold`, and which of them there are; the last ones first in both. */
const thresholdLine = ({ record }: SimSensor, where: string): string[] => {
  if (record.kind !== 'full' || Object.keys(record.thresholds).length === 0) return [];
  const backwards = thresholdNames.map((name) => record.thresholds[name]).reverse();
  const enabled = backwards.map((value) => (value === undefined ? '0' : '1')).join('');
  const values = backwards.map((value) => hex(value ?? 0)).join(' ');
  return [`sensor_set_threshold ${where} settable ${enabled} ${values}`];
};

const shownLines = ({ shown }: SimSensor, where: string): string[] => {
  if (shown === undefined || typeof shown === 'string') return [];
  if ('raw' in shown) return [`sensor_set_value ${where} ${shown.raw} 0`];
  return shown.states.map((bit) => `sensor_set_bit ${where} ${bit} 1 0`);
};

/** The emulator's commands for a sensor of ours, with its record in the same bytes (man ipmi_sim_cmd). */
const sensorCommands = (sensor: SimSensor): string[] => {
  const { number, sensorType, eventType } = sensor.record;
  const where = `0x20 0 ${number}`;
  const scanning = sensor.shown === 'scanningDisabled' ? 'no-scanning' : 'scanning';
  const events = `${noEvents} ${noEvents} ${noEvents} ${noEvents}`;
  const record = [...encodeSensorRecord(sensor.record)].map(hex).join(' ');
  return [
    `sensor_add ${where} ${hex(sensorType)} ${hex(eventType)}`,
    ...thresholdLine(sensor, where),
    `sensor_set_event_support ${where} enable ${scanning} per-state ${events}`,
    ...shownLines(sensor, where),
    `main_sdr_add 0x20 ${record}`,
  ];
};

/** Gives the BMC of ipmi_sim these sensors and an event log with these records of 16 bytes, of which it sets the id. */
export const emulatedSensors = (sensors: readonly SimSensor[], eventLog: readonly Buffer[]): string[] => [
  'sel_enable 0x20 1000 0x0a',
  ...sensors.flatMap(sensorCommands),
  ...eventLog.map((record) => `sel_add 0x20 ${[...record.subarray(2)].map(hex).join(' ')}`),
];
