import { type Clock, isoNow } from '../../src/core/clock.ts';
import { CodedError } from '../../src/core/errors.ts';
import type { Event, NewEvent } from '../../src/events/catalogue.ts';
import { typesMatching } from '../../src/events/glob.ts';
import type { Journal, JournalCondition, JournalNews, JournalQuery } from '../../src/events/journal.ts';
import { checkEvent, type EventRow, type NewRow, parseStored, toEvent, toRow } from '../../src/events/row.ts';

/** A journal in memory that can be told to be ill. */
export interface MemoryJournal extends Journal {
  /** Appends from now on reject with this error; `undefined` makes the journal well again. */
  failAppends(error: CodedError | undefined): void;
  /** While held, appends stay pending, as on a disk that hangs; letting go settles them in order. */
  holdAppends(held: boolean): void;
  /** Has the journal say this of itself. */
  befall(news: JournalNews): void;
  /** Everything that is on "disk", for a test to look at without waiting. */
  events(): Event[];
}

interface Held {
  readonly row: NewRow;
  readonly resolve: (event: Event) => void;
  readonly reject: (error: CodedError) => void;
}

const closedError = () => new CodedError('journal.failed', 'The journal is closed.');

/** The appending half: what is on disk, what is held back, and how to make it fail. */
const createRows = (clock: Clock) => {
  const rows: EventRow[] = [];
  let bytes = 0;
  let held: Held[] | undefined;
  let failure: CodedError | undefined;
  let lastSeq = 0;
  const write = (row: NewRow): Event => {
    lastSeq += 1;
    rows.push({ ...row, seq: lastSeq });
    bytes += row.data.length;
    return toEvent({ ...row, seq: lastSeq });
  };
  return {
    rows,
    lastSeq: () => lastSeq,
    bytes: () => bytes,
    /** Drops so many of the oldest; returns how many. */
    drop(count: number): number {
      const dropped = rows.splice(0, count);
      bytes -= dropped.reduce((sum, row) => sum + row.data.length, 0);
      return dropped.length;
    },
    pending: () => held?.length ?? 0,
    async append(event: NewEvent): Promise<Event> {
      checkEvent(event);
      const row = toRow(event, clock);
      if (failure) throw failure;
      const waiting = held;
      if (!waiting) return write(row);
      return new Promise((resolve, reject) => void waiting.push({ row, resolve, reject }));
    },
    failAppends(error: CodedError | undefined) {
      failure = error;
    },
    holdAppends(hold: boolean) {
      const waiting = held ?? [];
      held = hold ? waiting : undefined;
      if (!hold) for (const { row, resolve } of waiting) resolve(write(row));
    },
    close() {
      for (const { reject } of held ?? []) reject(closedError());
      held = undefined;
      failure = closedError();
    },
  };
};

const select = (rows: readonly EventRow[], query: JournalQuery): Event[] => {
  const { after = 0, types, server, limit } = query;
  const wanted = types && new Set(typesMatching(types));
  const most = Math.min(10_000, Math.max(1, Math.floor(limit)));
  const found: Event[] = [];
  // Rows have no holes: the first one that is asked for is found by its number.
  for (let at = Math.max(0, after + 1 - (rows[0]?.seq ?? 0)); at < rows.length; at += 1) {
    const row = rows[at] as EventRow;
    if (wanted && !wanted.has(row.type)) continue;
    if (server !== undefined && row.server !== server) continue;
    found.push(toEvent(row));
    if (found.length >= most) break;
  }
  return found;
};

/** How long the prefix is that is older than the limit and that the snapshot stands for. */
const oldRows = (rows: readonly EventRow[], keepFrom: string, snapshotSeq: number): number => {
  const firstKept = rows.findIndex((row) => row.at >= keepFrom || row.seq > snapshotSeq);
  return firstKept < 0 ? rows.length : firstKept;
};

/** Keeps the journal's contract without a disk; of retention it knows the age only. */
export const createMemoryJournal = (clock: Clock, retention = { maxAgeDays: 30 }): MemoryJournal => {
  const { rows, append, pending, lastSeq, bytes, drop, failAppends, holdAppends, close } = createRows(clock);
  const consumers = new Map<string, number>();
  let snapshot: { seq: number; state: string } | undefined;
  let closed = false;
  let listener: ((news: JournalNews) => void) | undefined;
  let condition: JournalCondition = { state: 'ok' };
  const open = () => {
    if (closed) throw closedError();
  };

  return {
    append,
    failAppends,
    holdAppends,
    condition: () => condition,
    watch(next) {
      listener = next;
    },
    befall(news) {
      if (news.kind === 'recovered') condition = { state: 'ok' };
      if (news.kind === 'impaired')
        condition = { state: 'impaired', since: isoNow(clock), reason: news.reason, message: news.message };
      listener?.(news);
    },
    events: () => rows.map(toEvent),
    async read(query) {
      open();
      return select(rows, query);
    },
    async stats() {
      open();
      return {
        firstSeq: rows[0]?.seq ?? lastSeq() + 1,
        lastSeq: lastSeq(),
        pending: pending(),
        bytes: bytes(),
      };
    },
    async consumer(name, startSeq) {
      open();
      if (!consumers.has(name) && consumers.size >= 256) throw new CodedError('events.consumers');
      if (!consumers.has(name)) consumers.set(name, Math.min(lastSeq(), Math.max(0, startSeq)));
      return { name, ackedSeq: consumers.get(name) ?? 0 };
    },
    async acknowledge(name, seq) {
      open();
      const acked = consumers.get(name);
      const moves = acked !== undefined && Number.isSafeInteger(seq) && seq > acked && seq <= lastSeq();
      if (moves) consumers.set(name, seq);
    },
    async loadSnapshot() {
      open();
      return snapshot && { seq: snapshot.seq, state: parseStored(snapshot.state) };
    },
    async saveSnapshot(seq, state) {
      open();
      snapshot = { seq, state: JSON.stringify(state) };
    },
    async prune() {
      open();
      const keepFrom = new Date(clock.wallMs() - retention.maxAgeDays * 86_400_000).toISOString();
      return { dropped: drop(oldRows(rows, keepFrom, snapshot?.seq ?? 0)) };
    },
    async close() {
      closed = true;
      close();
      return { stuck: false };
    },
  };
};
