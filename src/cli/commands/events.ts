import type { Alert, DeliveredEvent } from '../../events/alerts/alerts.ts';
import type { EngineClient } from '../engine-client.ts';
import { type ExitCode, exitCodes, type Terminal } from '../terminal.ts';
import { type EngineOptions, withEngine } from '../with-engine.ts';

export interface EventsOptions extends EngineOptions {
  readonly after?: string;
  readonly follow?: boolean;
  readonly type?: readonly string[];
}

const renderAlert = ({ module, id, level, message }: Alert): string =>
  `         ${module}/${id}  ${level}  ${message}`;

const render = (event: DeliveredEvent): string =>
  [renderEvent(event), ...(event.alerts ?? []).map(renderAlert)].join('\n');

const renderEvent = (event: DeliveredEvent): string =>
  [
    String(event.seq).padStart(7),
    event.at,
    event.severity.padEnd(8),
    event.type.padEnd(22),
    JSON.stringify(event.data),
  ].join('  ');

const show = (terminal: Terminal, { json }: EventsOptions, event: DeliveredEvent): void =>
  terminal.out(json ? JSON.stringify(event) : render(event));

const types = ({ type }: EventsOptions) => (type && type.length > 0 ? { types: [...type] } : {});

/** Prints the journal from `after` to its present end. */
const readAll = async (terminal: Terminal, options: EventsOptions, client: EngineClient, after: number) => {
  for (let from = after; ; ) {
    const page = await client.call('events.read', { after: from, ...types(options) });
    for (const event of page.events) show(terminal, options, event);
    if (page.events.length === 0) return;
    from = page.last;
  }
};

/** Prints what comes until the daemon or the reader is gone. */
const follow = async (
  terminal: Terminal,
  options: EventsOptions,
  client: EngineClient,
  after?: number,
): Promise<ExitCode> => {
  client.onNotification(({ method, params }) => {
    if (method === 'event') show(terminal, options, params as DeliveredEvent);
    if (method === 'events.gap') terminal.error(`noroshi: events are missing: ${JSON.stringify(params)}`);
  });
  await client.call('events.subscribe', { ...(after === undefined ? {} : { after }), ...types(options) });
  const isReaderGone = await Promise.race([client.closed, terminal.gone.then(() => true)]);
  if (isReaderGone) return exitCodes.done;
  terminal.error('noroshi: the daemon closed the connection');
  return exitCodes.failed;
};

/** `noroshi events`: the journal, and with --follow what comes. */
export const eventsCommand = (terminal: Terminal, options: EventsOptions): Promise<ExitCode> | ExitCode => {
  const after = options.after === undefined ? undefined : Number(options.after);
  if (options.after !== undefined && !/^\d{1,15}$/.test(options.after)) {
    terminal.error(`noroshi: --after takes the number of an event, not "${options.after}"`);
    return exitCodes.usage;
  }
  return withEngine(terminal, options, async (client) => {
    if (!options.follow) {
      await readAll(terminal, options, client, after ?? 0);
      return exitCodes.done;
    }
    return follow(terminal, options, client, after);
  });
};
