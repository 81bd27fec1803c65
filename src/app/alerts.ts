import type { Language } from '../core/language.ts';
import type { Logger } from '../core/log.ts';
import { alertsOf } from '../events/alerts/alerts.ts';
import type { AlertLevel } from '../events/alerts/row.ts';
import type { NewEvent } from '../events/catalogue.ts';
import type { EventLog } from '../events/event-log.ts';

const say: Record<AlertLevel, 'info' | 'warn' | 'error'> = { info: 'info', warning: 'warn', error: 'error' };

/**
 * The same event log, with every alert put into the daemon's log too: with the number of its event, or with
 * `recorded: false` where the disk did not take that.
 */
export const loggingAlerts = (events: EventLog, log: Logger, language: () => Language): EventLog => {
  const tell = (event: NewEvent, of: { readonly seq: number } | { readonly recorded: false }): void => {
    for (const { module, id, level, message } of alertsOf(event, language())) {
      log[say[level]]({ alert: `${module}/${id}`, event: event.type, ...of }, message);
    }
  };
  return {
    ...events,
    async record(event) {
      try {
        const recorded = await events.record(event);
        tell(event, { seq: recorded.seq });
        return recorded;
      } catch (error) {
        tell(event, { recorded: false });
        throw error;
      }
    },
  };
};
