import type { Event } from '../events/catalogue.ts';
import { monitorKey } from '../events/monitors.ts';
import type { MonitorRequest } from './request.ts';

/**
 * What the end of an earlier life left undone: events that are on record while what they mean for a monitor is not.
 * Of each monitor only the last word counts, and only where no event about the monitor itself follows it.
 */
export const unheardRequests = (
  events: readonly Event[],
  requestsOf: (event: Event) => readonly MonitorRequest[],
): readonly MonitorRequest[] => {
  const last = new Map<string, MonitorRequest>();
  for (const event of events) {
    if (event.type === 'monitor.raised' || event.type === 'monitor.cleared')
      last.delete(monitorKey(event.data));
    else for (const request of requestsOf(event)) last.set(monitorKey(request), request);
  }
  return [...last.values()];
};
