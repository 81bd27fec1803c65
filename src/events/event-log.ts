import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { Bus } from './bus.ts';
import type { Event, NewEvent } from './catalogue.ts';
import type { Journal } from './journal.ts';
import { createHerald } from './journal-herald.ts';
import { createLossLog } from './loss-log.ts';
import { applyEvent, emptyView, forgetReadings, type View, viewSchema } from './view.ts';

export interface EventLogDeps {
  readonly journal: Journal;
  readonly bus: Bus;
  readonly log: Logger;
  readonly clock: Clock;
}

/** The one way events come into being: on disk first, then in the view, then told to everyone. */
export interface EventLog {
  /**
   * Records a fact. Resolves when it is durable, folded in and published; all three happen in seq
   * order. Rejects with a `journal.*` code, and logs what was lost (see {@link createLossLog}), when it is not durable.
   */
  record(event: NewEvent): Promise<Event>;
  view(): View;
  /** Forgets what was read in an earlier life, where `gateway.started` could not do that on the record. */
  forgetReadings(): void;
  /** Rebuilds the view from the journal; to be awaited before the first `record`. */
  start(): Promise<void>;
  /** Saves the view and drops what retention allows; for a timer, so it logs and never rejects. */
  maintain(): Promise<void>;
}

const pageEvents = 1_000;
/** The longest a forced stop waits for the disk; a journal slower than this is worth a line in the log. */
const slowAppendMs = 500;

const restoredView = async ({ journal, log }: EventLogDeps): Promise<View> => {
  const snapshot = await journal.loadSnapshot();
  if (!snapshot) return emptyView;
  const restored = viewSchema.safeParse(snapshot.state);
  if (restored.success) return restored.data;
  log.error(
    { snapshotSeq: snapshot.seq, error: restored.error.message },
    'the saved view cannot be read; it is rebuilt from the events that are left',
  );
  return emptyView;
};

const foldJournal = async (journal: Journal, from: View): Promise<View> => {
  let view = from;
  for (;;) {
    const page = await journal.read({ after: view.seq, limit: pageEvents });
    view = page.reduce(applyEvent, view);
    if (page.length < pageEvents) return view;
  }
};

/** Logs once when appends become slow, and once when they are quick again. */
const createSlownessLog = ({ clock, log }: EventLogDeps) => {
  let slow = false;
  return (startedMs: number): void => {
    const tookMs = Math.round(clock.nowMs() - startedMs);
    const isSlow = tookMs > slowAppendMs;
    if (isSlow && !slow) log.warn({ tookMs }, 'the journal is slow: check the disk of the state directory');
    if (!isSlow && slow) log.info({ tookMs }, 'the journal is quick again');
    slow = isSlow;
  };
};

/** Saves the view, so that retention may drop what it stands for; on a full disk that makes room. */
const maintainJournal = async ({ journal, log }: EventLogDeps, view: View): Promise<void> => {
  try {
    await journal.saveSnapshot(view.seq, view);
    const { dropped } = await journal.prune();
    if (dropped > 0) log.info({ dropped }, 'old events were dropped from the journal');
  } catch (error) {
    log.error({ error: messageOf(error) }, 'the journal could not be maintained');
  }
};

export const createEventLog = (deps: EventLogDeps): EventLog => {
  const { journal, bus, log, clock } = deps;
  const noteDuration = createSlownessLog(deps);
  const losses = createLossLog(deps);
  let view = emptyView;
  let started = false;

  const put = async (event: NewEvent): Promise<Event> => {
    const startedMs = clock.nowMs();
    // The journal settles appends in order, so what follows runs in seq order as well.
    const recorded = await journal.append(event);
    noteDuration(startedMs);
    view = applyEvent(view, recorded);
    bus.publish(recorded);
    return recorded;
  };
  const maintain = () => {
    losses.flush();
    return maintainJournal(deps, view);
  };
  const herald = createHerald({
    journal,
    log,
    view: () => view,
    maintain,
    // What cannot be put on record was said in the log, and is told again by the end of the trouble.
    note: (event) => void put(event).catch(() => undefined),
  });

  return {
    async record(event) {
      if (!started) throw new Error('the event log was used before it was started');
      try {
        return await put(event);
      } catch (error) {
        losses.lost(event, error);
        herald.countLost();
        throw error;
      }
    },
    view: () => view,
    forgetReadings() {
      view = forgetReadings(view);
    },
    async start() {
      view = await foldJournal(journal, await restoredView(deps));
      started = true;
      journal.watch((news) => {
        if (news.kind === 'recovered') losses.flush();
        herald.announce(news);
      });
    },
    maintain,
  };
};
