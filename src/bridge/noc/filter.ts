import { type Event, type EventType, type Severity, severities } from '../../events/catalogue.ts';
import { typesMatching } from '../../events/glob.ts';
import type { Notice } from './notice.ts';

/** What a sink of the NOC wants, as configured. */
export interface NoticeFilter {
  /** Globs of event types. */
  readonly events: readonly string[];
  /** Nothing below this. */
  readonly severity: Severity;
  /** Only of these; of all, and of what is about no server, where undefined. */
  readonly servers?: readonly string[];
}

/**
 * What wakes people. Forced stops come first: CLUSTERPRO X sends none of their failures by mail or trap unless it is told
 * to (list of alert destinations, rc 4xx).
 */
export const defaultEvents = [
  ...['fence.finished', 'fence.provedLate', 'fence.contradicted', 'fence.scriptEnded', 'fence.restarted'],
  ...['local.*', 'server.confirmedOff', 'server.readinessChanged'],
  ...['bmc.answered', 'bmc.unreachable', 'bmc.refused', 'bmc.identityMismatched', 'bmc.cipherZeroChanged'],
  ...['journal.*', 'monitor.*', 'config.*', 'maintenance.*', 'sink.*'],
] as const;

/** The beginning and the end of maintenances are always looked at: they decide on the others. */
export const maintenanceTypes: readonly EventType[] = ['maintenance.began', 'maintenance.ended'];

export const typesOf = ({ events }: Pick<NoticeFilter, 'events'>): ReadonlySet<EventType> =>
  new Set([...typesMatching(events), ...maintenanceTypes]);

const reaches = (severity: Severity, least: Severity): boolean =>
  severities.indexOf(severity) >= severities.indexOf(least);

/** Whether a sink with this filter is told. A filter of servers leaves out what is about no server. */
export const createFilter = (filter: NoticeFilter): ((event: Event, notice: Notice) => boolean) => {
  const types = new Set(typesMatching(filter.events));
  const servers = filter.servers && new Set(filter.servers);
  return (event, { weight, server }) =>
    types.has(event.type) &&
    reaches(weight, filter.severity) &&
    (!servers || (server !== undefined && servers.has(server)));
};
