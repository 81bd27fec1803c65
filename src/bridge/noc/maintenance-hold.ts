import { type Event, serverOf } from '../../events/catalogue.ts';
import type { Journal } from '../../events/journal.ts';
import { maintenanceTypes } from './filter.ts';
import type { Notice } from './notice.ts';

/**
 * Keeps the NOC quiet about servers in maintenance, in the order of events. Forced stops and local actions are always
 * told. What was raised before may be cleared; what is raised meanwhile and still stands at the end is told then.
 */
export interface MaintenanceHold {
  /** What is to be told now for this event, of which `notice` is the message, if it has any. */
  pass(event: Event, notice: Notice | undefined): readonly Notice[];
}

interface Quiet {
  readonly untilMs: number;
  /** Raised and not cleared since, by key. */
  readonly held: Map<string, Notice>;
}

const alwaysTold = /^(fence|local|maintenance)\.|^server\.confirmedOff$/;

export const createMaintenanceHold = (): MaintenanceHold => {
  const quiet = new Map<string, Quiet>();

  const hold = ({ held }: Quiet, notice: Notice): readonly Notice[] => {
    if (notice.state === 'clear') return held.delete(notice.key) ? [] : [notice];
    if (notice.state === 'raise') held.set(notice.key, notice);
    return [];
  };

  return {
    pass(event, notice) {
      const told = notice ? [notice] : [];
      const server = serverOf(event);
      if (server === undefined) return told;
      const now = quiet.get(server);
      if (event.type === 'maintenance.began') {
        quiet.set(server, { untilMs: Date.parse(event.data.until), held: now?.held ?? new Map() });
        return told;
      }
      if (event.type === 'maintenance.ended') {
        quiet.delete(server);
        return [...told, ...(now?.held.values() ?? [])];
      }
      if (!notice || !now || alwaysTold.test(event.type)) return told;
      return Date.parse(event.at) < now.untilMs || now.held.has(notice.key) ? hold(now, notice) : told;
    },
  };
};

const pageEvents = 500;

/** Every event of these types after one seq and up to another, in order. */
const eachEvent = async (
  journal: Pick<Journal, 'read'>,
  { types, after, upTo }: { types: readonly string[]; after: number; upTo: number },
  visit: (event: Event) => void,
): Promise<void> => {
  for (let from = after; from < upTo; ) {
    const page = await journal.read({ after: from, types, limit: pageEvents });
    for (const event of page) if (event.seq <= upTo) visit(event);
    if (page.length < pageEvents) return;
    from = page.at(-1)?.seq ?? upTo;
  }
};

/**
 * Shows `visit` again what happened since the oldest maintenance began that had not ended at `upTo`, so that what was
 * held back before a restart is still held.
 */
export const replayMaintenances = async (
  journal: Pick<Journal, 'read'>,
  { types, upTo }: { readonly types: readonly string[]; readonly upTo: number },
  visit: (event: Event) => void,
): Promise<void> => {
  const began = new Map<string, number>();
  await eachEvent(journal, { types: maintenanceTypes, after: 0, upTo }, (event) => {
    const server = serverOf(event) ?? '';
    if (event.type === 'maintenance.ended') began.delete(server);
    else if (!began.has(server)) began.set(server, event.seq);
  });
  if (began.size === 0) return;
  await eachEvent(journal, { types, after: Math.min(...began.values()) - 1, upTo }, visit);
};
