import type { MonitorRow } from '../../monitor/row.ts';
import { person } from '../person.ts';
import { type ExitCode, exitCodes, type Terminal, table } from '../terminal.ts';
import { type EngineOptions, withEngine } from '../with-engine.ts';

export interface MonitorOptions extends EngineOptions {
  readonly server?: string;
}

export interface NotifyOptions extends MonitorOptions {
  readonly message?: string;
  readonly clear?: boolean;
}

const head = ['STATE', 'CATEGORY', 'KEYWORD', 'SERVER', 'SINCE', 'COUNT', 'SOURCE', 'MESSAGE'];

const cellsOf = (row: MonitorRow): string[] => [
  row.silenced ? `${row.state} (silenced)` : row.state,
  row.category,
  row.keyword,
  row.server ?? '-',
  row.since ?? '-',
  row.count === undefined ? '-' : String(row.count),
  row.source ?? '-',
  row.message ?? '-',
];

const nameOf = ({ category, keyword, server }: MonitorRow): string =>
  `${category} ${keyword}${server === undefined ? '' : ` of ${server}`}`;

const tell = (terminal: Terminal, { json }: EngineOptions, row: MonitorRow): ExitCode => {
  if (json) terminal.out(JSON.stringify(row));
  else
    terminal.out(
      `${nameOf(row)}: ${row.state}${row.state === 'error' ? `, raised ${row.count} time(s) since ${row.since}` : ''}${row.silenced ? '; silenced, its server is in maintenance' : ''}`,
    );
  return exitCodes.done;
};

const monitorOf = (category: string, keyword: string, { server }: MonitorOptions) => ({
  category,
  keyword,
  ...(server !== undefined && { server }),
  requester: person(),
});

/** `noroshi monitors`: the external-link monitors, those in error first. */
export const monitorsCommand = (terminal: Terminal, options: EngineOptions): Promise<ExitCode> =>
  withEngine(terminal, options, async (client) => {
    const rows = await client.call('monitor.list', {});
    if (options.json) terminal.out(JSON.stringify(rows));
    else if (rows.length === 0) terminal.out('no external-link monitor was ever in error');
    else for (const line of table([head, ...rows.map(cellsOf)])) terminal.out(line);
    return exitCodes.done;
  });

/** `noroshi monitors clear CATEGORY KEYWORD`: the operator says that it is over. */
export const clearMonitorCommand = (
  terminal: Terminal,
  category: string,
  keyword: string,
  options: MonitorOptions,
): Promise<ExitCode> =>
  withEngine(terminal, options, async (client) =>
    tell(terminal, options, await client.call('monitor.clear', monitorOf(category, keyword, options))),
  );

/** `noroshi notify CATEGORY KEYWORD`: what `clprexec` did, over any socket that offers it. */
export const notifyCommand = (
  terminal: Terminal,
  category: string,
  keyword: string,
  options: NotifyOptions,
): Promise<ExitCode> =>
  withEngine(terminal, options, async (client) => {
    const { message, clear } = options;
    const row = await client.call('monitor.notify', {
      ...monitorOf(category, keyword, options),
      ...(message !== undefined && { message }),
      ...(clear && { clear }),
    });
    return tell(terminal, options, row);
  });
