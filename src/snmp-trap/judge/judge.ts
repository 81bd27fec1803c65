import { type Clock, createStamp } from '../../core/clock.ts';
import type { NewEvent } from '../../events/catalogue.ts';
import type { OpenTraps } from '../../events/open-traps.ts';
import type { TrapNotification } from '../codec/notification.ts';
import type { KnownTrap } from '../rules/read-trap.ts';
import type { RuleBook } from '../rules/rule-book.ts';
import { createGate, type Release } from './gate.ts';
import { createLedger } from './ledger.ts';
import type { Arrival, Notice, SenderNames, Ticket } from './notice.ts';
import { clearNotice, type Judged, mainNotice, unknownNotice } from './notices.ts';
import { createRetries } from './retries.ts';
import { type JudgeSettings, limits } from './settings.ts';

export interface TrapJudgeDeps {
  readonly clock: Clock;
  /** Asked for every trap, so that a reload changes them. */
  readonly rules: () => RuleBook;
  readonly settings: JudgeSettings;
  /** The server or device that an address belongs to, as the configuration says. */
  readonly namesOf: (source: string) => SenderNames;
  /** The conditions that were open when the gateway started. */
  readonly open: OpenTraps;
}

/** Traps since the start by what became of them; `received` is the sum of the others. */
export interface JudgeCounts {
  readonly received: number;
  /** Events of their own tell of them. */
  readonly told: number;
  /** Repeats, told by their number when their row ends. */
  readonly repeated: number;
  /** Sent again by a sender that waits for an acknowledgement. */
  readonly retried: number;
  /** Of a storm, told by its numbers only. */
  readonly suppressed: number;
  /** Conditions that began in a storm and wait for the end of its window. */
  readonly waiting: number;
  /** Of kinds that no rule knows, beyond the bound. */
  readonly unknownRefused: number;
}

/** What is to be told of every trap. It arms no timers: {@link TrapJudge.tick} ends what time ends. */
export interface TrapJudge {
  /** The `ticket` of an inform comes back in this call, or in a later one where its condition waits in a storm. */
  take(notification: TrapNotification, ticket?: Ticket): readonly NewEvent[];
  tick(): NewEvent[];
  /** An event that {@link TrapJudge.take} gave did not reach the disk, so the next such trap is no repeat. */
  unsay(event: NewEvent): void;
  /** Rows of repeats end, and what waits is told, as the gateway stops. */
  stop(): NewEvent[];
  /** Whether time alone changes nothing any more. */
  isIdle(): boolean;
  counts(): JudgeCounts;
  sizes(): {
    readonly rows: number;
    readonly openKeys: number;
    readonly waiting: number;
    /** Informs that are not acknowledged before that. */
    readonly waitingInforms: number;
    readonly retries: number;
  };
}

/** The events of a trap, and whether they, or what was told before, say all of it. */
interface Said {
  readonly events: readonly NewEvent[];
  readonly heard: boolean;
}
const heardBefore: Said = { events: [], heard: true };

/**
 * Judges traps: repeats are one event with a count, conditions begin and end by key, floods are told by their numbers.
 * The end of an open condition always passes; a condition that begins in a storm is told when the window ends, unless
 * it is over by then. All that it remembers is bounded.
 */
export const createTrapJudge = (deps: TrapJudgeDeps): TrapJudge => {
  const { clock, rules, settings, namesOf, open } = deps;
  const ledger = createLedger({ settings, namesOf, open });
  const gate = createGate({ settings: settings.storm, namesOf });
  const retries = createRetries(limits.retries, limits.retrySeconds * 1000);
  const counts = { received: 0, told: 0, repeated: 0, retried: 0, unknownRefused: 0 };
  const isoNow = createStamp(clock);
  const unsaid = ledger.forgottenAtStart();

  const released = ({ late, ended }: Release, arrival: Omit<Arrival, 'source'>): NewEvent[] => {
    const events = late.flatMap(({ source, notice, tally, tickets }) => {
      counts.told += tally.count;
      for (const ticket of tickets) ticket.release();
      return ledger.tell(notice, tally, { ...arrival, source });
    });
    return [...events, ...ended];
  };
  const tell = (notice: Notice, arrival: Arrival, count: 0 | 1): NewEvent[] => {
    counts.told += count;
    return ledger.tell(notice, { count, firstAt: arrival.at }, arrival);
  };

  const repeated = (): Said => {
    counts.repeated += 1;
    return heardBefore;
  };

  /** A notice that repeats and storms may hold back. */
  const offer = (notice: Notice, arrival: Arrival): Said => {
    if (ledger.repeats(notice, arrival)) return repeated();
    if (!ledger.hasRoom(notice)) {
      counts.unknownRefused += 1;
      return { events: [], heard: false };
    }
    const held = gate.hold(notice, arrival);
    if (held === 'passed') return { events: tell(notice, arrival, 1), heard: true };
    return { events: [], heard: held === 'waits' };
  };

  const judgeKnown = (judged: Judged<KnownTrap>, arrival: Arrival): Said => {
    const { source } = arrival;
    const { decision } = judged.read;
    const { raise, clears } = decision;
    if (clears.length === 0 && ledger.raisesAgain(decision, arrival)) return repeated();
    for (const key of clears) if (key !== raise) gate.forget(source, key);
    const over = clears.filter((key) => key !== raise && ledger.isOpen(source, key));
    const isClear = raise === undefined && over.length > 0;
    const ends = over.flatMap((key, index) =>
      tell(clearNotice(judged, key), arrival, isClear && index === 0 ? 1 : 0),
    );
    if (isClear) return { events: ends, heard: true };
    const main = offer(mainNotice(judged), arrival);
    return ends.length === 0 ? main : { events: [...ends, ...main.events], heard: main.heard };
  };

  const judge = (notification: TrapNotification, arrival: Arrival): readonly NewEvent[] => {
    const { source, nowMs } = arrival;
    const read = rules().read(notification);
    const names = namesOf(source);
    const identity = read.retryIdentity && `${source} ${read.retryIdentity}`;
    if (identity !== undefined && retries.has(identity, nowMs)) {
      counts.retried += 1;
      const raise = read.decision?.raise;
      if (raise !== undefined) gate.join(raise, arrival);
      return [];
    }
    const { events, heard } = read.decision
      ? judgeKnown({ notification, names, read }, arrival)
      : offer(unknownNotice({ notification, names, read }), arrival);
    if (heard && identity !== undefined) retries.remember(identity, nowMs);
    return events;
  };

  const takeUnsaid = (): NewEvent[] => unsaid.splice(0);

  return {
    take(notification, ticket) {
      const arrival: Arrival = {
        source: notification.source.address,
        nowMs: clock.nowMs(),
        at: isoNow(),
        ticket,
      };
      counts.received += 1;
      const { released: earlier, began } = gate.arrive(arrival);
      const late = earlier.flatMap((one) => released(one, arrival));
      const before = unsaid.length > 0 ? takeUnsaid() : [];
      const own = judge(notification, arrival);
      if (ticket && !gate.holds(ticket)) ticket.release();
      const isAlone = before.length + late.length + began.length === 0;
      return isAlone ? own : [...before, ...late, ...began, ...own];
    },
    tick() {
      const now = { nowMs: clock.nowMs(), at: isoNow() };
      retries.expire(now.nowMs);
      const late = gate.tick(now.nowMs).flatMap((one) => released(one, now));
      return [...takeUnsaid(), ...late, ...ledger.expire(now.nowMs)];
    },
    stop() {
      const now = { nowMs: clock.nowMs(), at: isoNow() };
      const late = released({ late: gate.drain(), ended: [] }, now);
      return [...takeUnsaid(), ...late, ...ledger.closeRows()];
    },
    unsay(event) {
      if (event.type !== 'trap.received') return;
      ledger.unsay(event.data);
      retries.forget(`${event.data.source} `);
    },
    isIdle: () => gate.isIdle() && ledger.rows() === 0 && retries.size() === 0 && unsaid.length === 0,
    counts: () => ({ ...counts, suppressed: gate.suppressed(), waiting: gate.waitingTraps() }),
    sizes: () => ({
      rows: ledger.rows(),
      openKeys: ledger.openKeys(),
      waiting: gate.waiting(),
      waitingInforms: gate.waitingInforms(),
      retries: retries.size(),
    }),
  };
};
