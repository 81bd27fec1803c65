import type { MaintenanceResult } from '../bridge/engine/services.ts';
import type { Clock } from '../core/clock.ts';
import { CodedError } from '../core/errors.ts';
import type { EventLog } from '../events/event-log.ts';
import { inMaintenance } from '../events/view.ts';

export interface MaintenanceOrder {
  readonly server: string;
  /** ISO 8601 with its offset; null ends the maintenance. */
  readonly until: string | null;
  readonly requester: string;
}

const longestMs = 31 * 24 * 3_600_000;

const endOf = (until: string, nowMs: number): string => {
  const untilMs = Date.parse(until);
  if (untilMs > nowMs && untilMs <= nowMs + longestMs) return new Date(untilMs).toISOString();
  throw new CodedError('maintenance.until');
};

/**
 * Begins, prolongs, shortens or ends the maintenance of a server. Throws `maintenance.until` where the end is not in
 * the future or too far away: what is silenced must not be forgotten; `journal.failed` where it cannot be recorded.
 */
export const setMaintenance = async (
  { clock, events }: { readonly clock: Clock; readonly events: EventLog },
  { server, until, requester }: MaintenanceOrder,
): Promise<MaintenanceResult> => {
  const wallMs = clock.wallMs();
  if (until !== null) {
    const data = { server, until: endOf(until, wallMs), requester };
    await events.record({ type: 'maintenance.began', source: 'app', data });
  } else if (inMaintenance(events.view().servers[server], wallMs)) {
    await events.record({ type: 'maintenance.ended', source: 'app', data: { server, requester } });
  }
  const now = events.view().servers[server];
  const maintenance = inMaintenance(now, wallMs) ? now?.maintenance : undefined;
  return { server, ...(maintenance && { maintenance }) };
};
