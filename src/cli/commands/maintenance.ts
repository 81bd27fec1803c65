import { systemClock } from '../../core/clock.ts';
import { parseDuration } from '../duration.ts';
import { type ExitCode, exitCodes, type Terminal } from '../terminal.ts';
import { type EngineOptions, withEngine } from '../with-engine.ts';

export interface MaintenanceOptions extends EngineOptions {
  readonly until?: string;
}

const timeShape = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?$/;

/** The end of a maintenance: a time (local where it names no offset) or a length from now; undefined where it is neither. */
export const parseUntil = (text: string, nowMs: number): string | undefined => {
  const length = parseDuration(text);
  if (length.ok) return new Date(nowMs + length.value).toISOString();
  const untilMs = timeShape.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(untilMs) ? undefined : new Date(untilMs).toISOString();
};

/** What the command line asks for, or what is wrong with it. */
const orderOf = (state: string, until: string | undefined): { until: string | null } | string => {
  if (state === 'off') return until === undefined ? { until: null } : 'maintenance off takes no --until';
  if (state !== 'on') return `maintenance goes on or off, not "${state}"`;
  if (until === undefined) return 'maintenance on needs --until, such as 2h or 2026-01-31T18:00';
  const time = parseUntil(until, systemClock.wallMs());
  return time ? { until: time } : `"${until}" is no time; write 30m, 2h, 1d or 2026-01-31T18:00`;
};

/** `noroshi maintenance SERVER on --until T|off`: keeps what would alarm people about a server quiet; never a forced stop. */
export const maintenanceCommand = (
  terminal: Terminal,
  server: string,
  state: string,
  options: MaintenanceOptions,
): Promise<ExitCode> | ExitCode => {
  const order = orderOf(state, options.until);
  if (typeof order === 'string') {
    terminal.error(`noroshi: ${order}`);
    return exitCodes.usage;
  }
  return withEngine(terminal, options, async (client) => {
    const result = await client.call('maintenance.set', { server, ...order, requester: 'cli' });
    const { maintenance } = result;
    if (options.json) terminal.out(JSON.stringify(result));
    else
      terminal.out(
        maintenance
          ? `${server}: in maintenance until ${maintenance.until}; forced stops go on as ever`
          : `${server}: not in maintenance`,
      );
    return exitCodes.done;
  });
};
