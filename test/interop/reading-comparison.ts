import type { EventLogEntry, SensorReading, ThresholdReading } from '../../src/core/readings.ts';
import { agreement, type ToolSensor } from './reading-peers.ts';

const toolStatuses = {
  'ok ': 'ok',
  'nonCritical lower': 'lnc',
  'critical lower': 'lcr',
  'nonRecoverable lower': 'lnr',
  'nonCritical upper': 'unc',
  'critical upper': 'ucr',
  'nonRecoverable upper': 'unr',
} as const;

const toolStatus = ({ state, side }: ThresholdReading): string =>
  toolStatuses[`${state} ${side ?? ''}` as keyof typeof toolStatuses] ?? 'ns';

const freeStates = {
  nonCritical: 'Non-Critical',
  critical: 'Critical',
  nonRecoverable: 'Non-Recoverable',
} as const;

const units: Readonly<Record<string, string>> = {
  'degrees C': 'C',
  volts: 'V',
  watts: 'W',
  RPM: 'RPM',
};

/** Half of the last digit that the others print. */
const isNear = (ours: number | undefined, theirs: string): boolean =>
  ours !== undefined && Math.abs(ours - Number.parseFloat(theirs)) <= 0.0051;

const differsFromTool = (sensor: SensorReading, { name, status, reading }: ToolSensor): boolean => {
  if (sensor.name !== name) return true;
  if (sensor.kind === 'unknown') return status !== 'ns' && !/No Reading|Disabled/.test(reading);
  if (sensor.kind === 'discrete') {
    const said = reading === '' ? [] : reading.split(', ');
    if (said.length !== sensor.states.length) return true;
    return sensor.states.some((words, index) => agreement(words, said[index] ?? '') < 0.5);
  }
  const unit = reading.replace(/^[-\d.]+ /, '').toLowerCase();
  return (
    status !== toolStatus(sensor) || !isNear(sensor.value, reading) || unit !== sensor.unit.toLowerCase()
  );
};

/** The side and the severity of a threshold as ipmi-sensors has them in its event: `At or Below (<=) Lower Critical Threshold`. */
const freeEvent = ({ state, side }: ThresholdReading): RegExp => {
  if (state === 'ok' || state === 'unknown') return /'OK'/;
  return new RegExp(`${side} ${freeStates[state]} Threshold'`, 'i');
};

const differsFromFree = (sensor: SensorReading, cells: readonly string[]): boolean => {
  const [, name, , reading = '', unit = '', event = ''] = cells;
  if (sensor.name !== name) return true;
  if (sensor.kind === 'unknown') return reading !== 'N/A' || !/N\/A|Unknown/.test(event);
  if (sensor.kind === 'threshold') {
    return !isNear(sensor.value, reading) || units[sensor.unit] !== unit || !freeEvent(sensor).test(event);
  }
  const said = [...event.matchAll(/'([^']*)'/g)]
    .map(([, words = '']) => words)
    .filter((words) => words !== 'OK');
  if (said.length !== sensor.states.length) return true;
  return sensor.states.some((words, index) => agreement(words, said[index] ?? '') < 0.5);
};

/** Where our readings and those of ipmitool and FreeIPMI (where given) differ, one line each. */
export const disagreements = (
  sensors: readonly SensorReading[],
  tool: readonly ToolSensor[],
  free: readonly (readonly string[])[] | undefined,
): string[] => {
  const named = new Map(tool.map((sensor) => [sensor.name, sensor]));
  const freeNamed = new Map(free?.map((cells) => [cells[1], cells]));
  const counts = free && free.length !== sensors.length ? [`counts ${sensors.length} ${free.length}`] : [];
  const lines = sensors.flatMap((sensor) => {
    const [theirs, cells] = [named.get(sensor.name), freeNamed.get(sensor.name)];
    const differs =
      !theirs || differsFromTool(sensor, theirs) || (free && (!cells || differsFromFree(sensor, cells)));
    return differs ? [JSON.stringify({ sensor, theirs, cells })] : [];
  });
  return [...counts, ...lines];
};

const entryDiffers = (entry: EventLogEntry, tool: string, free: readonly string[]): boolean => {
  const cells = tool.split('|').map((cell) => cell.trim());
  const [id, date = '', time = '', name, type = '', ...event] = free;
  if (Number.parseInt(cells[0] ?? '', 16) !== entry.id || Number(id) !== entry.id) return true;
  if (entry.kind !== 'event') return false;
  const at = entry.at ? entry.at.slice(11, 19) : undefined;
  const isTimeOff = at
    ? time !== at || !tool.includes(at)
    : date !== 'PostInit' ||
      !tool.includes(`Pre-Init  |${String(entry.sinceStartSeconds).padStart(10, '0')}`);
  const theirEvent = event.join(', ');
  const isEventOff =
    agreement(entry.event, theirEvent) < 0.5 ||
    (entry.reading !== undefined && !theirEvent.includes(`Reading = ${entry.reading.toFixed(2)}`)) ||
    (entry.threshold !== undefined && !theirEvent.includes(`Threshold = ${entry.threshold.toFixed(2)}`));
  const isDirectionOff = /\| Deasserted/.test(tool) === entry.asserted;
  const isNameOff = entry.sensor !== undefined && (name !== entry.sensor || !tool.includes(entry.sensor));
  return isTimeOff || isEventOff || isDirectionOff || isNameOff || agreement(type, entry.sensorType) < 0.5;
};

/** Where our event log and those of ipmitool (`sel elist`) and ipmi-sel differ, one line each. */
export const eventDisagreements = (
  entries: readonly EventLogEntry[],
  tool: readonly string[],
  free: readonly (readonly string[])[],
): string[] => {
  const counts = [entries.length, tool.length, free.length];
  if (new Set(counts).size > 1) return [`counts ${counts.join(' ')}`];
  return entries.flatMap((entry, index) => {
    const [line = '', cells = []] = [tool[index], free[index]];
    return entryDiffers(entry, line, cells) ? [JSON.stringify({ entry, line, cells })] : [];
  });
};
