import type { SensorsResult } from '../../bridge/engine/services.ts';
import type { NoReading, SensorReading, ThresholdReading } from '../../core/readings.ts';
import { type ExitCode, exitCodes, type Terminal, table } from '../terminal.ts';
import { type EngineOptions, withEngine } from '../with-engine.ts';

const whyWords: Readonly<Record<NoReading, string>> = {
  unavailable: 'the sensor has no reading now',
  scanningDisabled: 'scanning is disabled',
  notPresent: 'the BMC has no such sensor',
  elsewhere: 'owned by another controller, not asked',
  rejected: 'the BMC does not read it',
};

const stateWords = {
  ok: 'ok',
  nonCritical: 'NON-CRITICAL',
  critical: 'CRITICAL',
  nonRecoverable: 'NON-RECOVERABLE',
  unknown: 'unknown',
} as const;

const shownDigits = 3;

/** A number for people: no more than three digits behind the point. */
export const numberText = (value: number): string => String(Number(value.toFixed(shownDigits)));

const valueText = ({ value, unit }: ThresholdReading): string =>
  value === undefined ? '' : `${numberText(value)} ${unit}`.trim();

const cells = (sensor: SensorReading): string[] => {
  if (sensor.kind === 'unknown') return ['unknown', `(${whyWords[sensor.why]})`];
  if (sensor.kind === 'discrete') return ['', sensor.states.join('; ') || '-'];
  const side = sensor.side ? ` (${sensor.side})` : '';
  return [`${stateWords[sensor.state]}${side}`, valueText(sensor)];
};

/** The sensors for people: name, type, state, and what was read. */
export const renderSensors = ({ server, at, sensors }: SensorsResult): string[] => [
  `${server}: ${sensors.length} sensors at ${at}`,
  ...table(sensors.map((sensor) => [sensor.name || `#${sensor.number}`, sensor.type, ...cells(sensor)])).map(
    (line) => `  ${line}`,
  ),
];

/** `noroshi bmc sensors SERVER`: every sensor, read now. */
export const sensorsCommand = (
  terminal: Terminal,
  server: string,
  options: EngineOptions,
): Promise<ExitCode> =>
  withEngine(terminal, options, async (client) => {
    const result = await client.call('bmc.sensors', { server });
    const lines = options.json ? [JSON.stringify(result)] : renderSensors(result);
    for (const line of lines) terminal.out(line);
    return exitCodes.done;
  });
