import type { EventLogResult } from '../../bridge/engine/services.ts';
import type { EventLogEntry, LoggedEvent } from '../../core/readings.ts';
import { type ExitCode, exitCodes, type Terminal, table } from '../terminal.ts';
import { type EngineOptions, withEngine } from '../with-engine.ts';
import { numberText } from './sensors.ts';

export interface SelOptions extends EngineOptions {
  readonly last?: string;
}

const timeText = ({ at, sinceStartSeconds }: EventLogEntry): string => {
  if (at !== undefined) return at.replace('.000Z', 'Z');
  return sinceStartSeconds === undefined ? '(no time)' : `${sinceStartSeconds} s after start`;
};

const crossingText = ({ reading, threshold, unit = '' }: LoggedEvent): string => {
  if (reading === undefined) return '';
  const against = threshold === undefined ? '' : `, threshold ${numberText(threshold)}`;
  return ` (read ${numberText(reading)}${against} ${unit})`;
};

const cells = (entry: EventLogEntry): string[] => {
  if (entry.kind === 'event') {
    const { sensorType, sensor, sensorNumber, event, asserted } = entry;
    const direction = asserted ? 'asserted' : 'deasserted';
    return [sensorType, sensor || `#${sensorNumber}`, direction, `${event}${crossingText(entry)}`];
  }
  const { kind, recordType, manufacturer, data } = entry;
  const maker = manufacturer === undefined ? '' : ` of manufacturer ${manufacturer}`;
  return [`${kind === 'oem' ? 'OEM' : 'reserved'} record ${recordType.toString(16)}h${maker}`, '', '', data];
};

/** The event log for people, oldest first. */
export const renderEventLog = ({ server, total, overflow, entries }: EventLogResult): string[] => [
  `${server}: ${entries.length} of ${total} entries${overflow ? '; the log is full, and events were lost' : ''}`,
  ...table(entries.map((entry) => [String(entry.id), timeText(entry), ...cells(entry)])).map(
    (line) => `  ${line}`,
  ),
];

/** `noroshi bmc sel SERVER [--last N]`: the System Event Log. */
export const selCommand = (
  terminal: Terminal,
  server: string,
  options: SelOptions,
): Promise<ExitCode> | ExitCode => {
  const { last, json } = options;
  if (last !== undefined && !/^[1-9]\d{0,3}$/.test(last)) {
    terminal.error(`noroshi: --last takes a number of entries from 1 to 2000, not "${last}"`);
    return exitCodes.usage;
  }
  return withEngine(terminal, options, async (client) => {
    const result = await client.call('bmc.sel', {
      server,
      ...(last === undefined ? {} : { last: Number(last) }),
    });
    for (const line of json ? [JSON.stringify(result)] : renderEventLog(result)) terminal.out(line);
    return exitCodes.done;
  });
};
