import { type Clock, timedOut, within } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import type { Language } from '../../core/language.ts';
import type { Logger } from '../../core/log.ts';
import { withAlerts } from '../../events/alerts/alerts.ts';
import type { Bus } from '../../events/bus.ts';
import type { Event, EventType } from '../../events/catalogue.ts';
import type { Journal } from '../../events/journal.ts';
import type { Peer } from './peer.ts';

/** Events wait in the journal, not in our memory, while this much is queued for the client (bytes). */
export const highWaterBytes = 64 * 1024;

/** How long events may wait for a client that neither reads nor says anything. */
export const stallMs = 30_000;

/** Events read from the journal at a time. */
export const pageSize = 100;

export interface DeliveryDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly journal: Pick<Journal, 'read' | 'stats'>;
  readonly bus: Bus;
  readonly peer: Peer;
  /** The language of alerts, as configured now. */
  readonly language: () => Language;
}

export interface DeliveryStart {
  /** Events with a greater seq are sent. */
  readonly after: number;
  /** Only these; all where undefined. */
  readonly types?: ReadonlySet<EventType>;
}

interface Page {
  readonly events: readonly Event[];
  /** The journal may hold more. */
  readonly full: boolean;
  /** Events that were pruned before they could be sent. */
  readonly gap?: { readonly from: number; readonly to: number };
}

/**
 * Reads on from `after`. The journal is asked for its first seq only afterwards: what was pruned while
 * we read is then reported as a gap, perhaps with events we did get, but never lost in silence.
 */
const readPage = async (journal: DeliveryDeps['journal'], { after, types }: DeliveryStart): Promise<Page> => {
  const page = await journal.read({ after, limit: pageSize, ...(types && { types: [...types] }) });
  const { firstSeq } = await journal.stats();
  const full = page.length >= pageSize;
  if (firstSeq <= after + 1) return { events: page, full };
  return {
    events: page.filter((event) => event.seq >= firstSeq),
    full,
    gap: { from: after + 1, to: firstSeq - 1 },
  };
};

/** Waits until the client can take more; cuts it off when it shows no life for {@link stallMs}. */
const waitForRoom = async ({ clock, peer }: DeliveryDeps): Promise<void> => {
  while (peer.queuedBytes() >= highWaterBytes) {
    const heardAtMs = peer.lastHeardMs();
    const drained = await within(clock, stallMs, peer.drained());
    if (drained === timedOut && peer.lastHeardMs() === heardAtMs) return peer.drop('notReading');
  }
};

/**
 * Sends every event after `start.after`, once and in order, until the client is gone. Pages come from the
 * journal until nothing newer was heard on the bus; from then on events go straight from the bus, as long
 * as each is the next in number and the client keeps up. A client that lags goes back to pages. Relies on
 * the bus carrying an event only after the journal can read it.
 */
export const startDelivery = (deps: DeliveryDeps, start: DeliveryStart): void => {
  const { bus, journal, log, peer, language } = deps;
  const { types } = start;
  let cursor = start.after;
  let newestHeard = 0;
  let live = false;
  let gone = false;

  const send = (event: Event) => {
    cursor = event.seq;
    if (!types || types.has(event.type)) peer.notify('event', withAlerts(event, language()));
  };
  const sendPage = async (page: Page) => {
    if (page.gap) {
      peer.notify('events.gap', page.gap);
      cursor = page.gap.to;
    }
    for (const event of page.events) {
      await waitForRoom(deps);
      if (gone) return;
      send(event);
    }
  };
  const catchUp = async () => {
    live = false;
    while (!live && !gone) {
      const heardBefore = newestHeard;
      const page = await readPage(journal, { ...start, after: cursor });
      if (gone) return;
      await sendPage(page);
      if (page.full) continue;
      cursor = Math.max(cursor, heardBefore);
      live = newestHeard <= cursor;
    }
  };
  const run = () =>
    void catchUp().catch((error) => {
      log.error({ connection: peer.id, error: messageOf(error) }, 'events for a client cannot be read');
      peer.drop('journalFailed');
    });

  const unsubscribe = bus.subscribe((event) => {
    newestHeard = Math.max(newestHeard, event.seq);
    if (!live || event.seq <= cursor) return;
    if (event.seq === cursor + 1 && peer.queuedBytes() < highWaterBytes) send(event);
    else run();
  });
  peer.onGone(() => {
    gone = true;
    unsubscribe();
  });
  run();
};
