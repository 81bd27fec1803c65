import { createCallOff } from '../core/call-off.ts';
import { type Clock, timedOut, within } from '../core/clock.ts';
import { CodedError, codeOf } from '../core/errors.ts';
import { eventTypes } from './catalogue.ts';
import { troubleIn } from './disk-trouble.ts';
import { essentialTypes } from './essential.ts';
import type { GuardedStore } from './guarded-store.ts';
import { createHangWatch } from './hang-watch.ts';
import type { JournalCondition, JournalNews, JournalTrouble } from './journal.ts';
import { type StoreClient, startStoreClient } from './journal-client.ts';
import { createCondition } from './journal-condition.ts';
import type { StoreOptions } from './journal-store.ts';
import { createRelief } from './relief.ts';
import type { EventRow, NewRow } from './row.ts';
import { openLink } from './store-link.ts';

export interface KeeperDeps extends Pick<StoreOptions, 'directory' | 'retention'> {
  readonly clock: Clock;
  readonly workerUrl: URL;
  readonly tell: (news: JournalNews) => void;
}

/** Seqs by row; null where a full disk has no room for the row. */
type Seqs = ReturnType<GuardedStore['append']>;

/** The store, whatever becomes of its thread and its disk. */
export interface StoreKeeper {
  /** Waits for a disk that hangs and for a thread that is being replaced; writes no row twice. */
  append(rows: readonly NewRow[]): Promise<Seqs>;
  /** Any other call; rejects with `journal.failed` where no answer comes within 3 s, or none is to be expected. */
  ask<Name extends Exclude<keyof GuardedStore, 'append' | 'close'>>(
    name: Name,
    ...args: Parameters<GuardedStore[Name]>
  ): Promise<ReturnType<GuardedStore[Name]>>;
  condition(): JournalCondition;
  /** Resolves when the store is closed and its thread has ended, which a disk that hangs can prevent. */
  close(): Promise<void>;
  /** Rejects everything that waits, and leaves the thread to the disk. */
  abandon(): void;
}

/** Longer than any flush of a disk that works, shorter than the patience of whoever asked. */
const answerLimitMs = 3_000;

/** Troubles that can pass by themselves. */
const passing: ReadonlySet<JournalTrouble['reason']> = new Set(['fullDisk', 'readOnly', 'failed']);
/** Troubles during which no answer is to be expected. */
const silent: ReadonlySet<JournalTrouble['reason']> = new Set(['hung', 'threadEnded']);

const among = (troubles: ReadonlySet<JournalTrouble['reason']>, now: JournalCondition): boolean =>
  now.state === 'impaired' && troubles.has(now.reason);

const isSame = (row: NewRow, stored: EventRow): boolean =>
  row.at === stored.at &&
  row.type === stored.type &&
  row.source === stored.source &&
  row.data === stored.data;

/** The seqs of rows of which it is known only that they went to the disk together, or not at all. */
const seqsAmong = (rows: readonly NewRow[], stored: readonly EventRow[]): Seqs => {
  let next = 0;
  return rows.map((row) => {
    const candidate = stored[next];
    if (!candidate || !isSame(row, candidate)) return null;
    next += 1;
    return candidate.seq;
  });
};

/** Opens the store; rejects with `journal.locked` or `journal.failed`. */
export const openKeeper = async (deps: KeeperDeps): Promise<StoreKeeper> => {
  const { clock, directory, retention, workerUrl: url, tell } = deps;
  const abandoning = createCallOff();
  const condition = createCondition(clock, tell);
  /** The newest event that was answered for. */
  let lastSeq = 0;

  const watched = createHangWatch({
    clock,
    limitMs: answerLimitMs,
    changed: (hanging) => condition.set('hang', hanging ? troubleIn(directory, 'hung') : undefined),
  });
  const relief = createRelief({
    clock,
    async look() {
      await ask('relieve').catch(() => undefined);
      return !among(passing, condition.current());
    },
  });
  const onTrouble = (trouble: JournalTrouble | undefined): void => {
    condition.set('store', trouble);
    if (trouble && passing.has(trouble.reason)) relief.start();
  };
  const open = (replace: boolean): Promise<StoreClient> => {
    const options = {
      ...{ directory, retention, replace, startAfter: lastSeq, wallMs: clock.wallMs() },
      ...{ knownTypes: eventTypes, essentialTypes },
    };
    return startStoreClient({ url, options, onTrouble, abandoned: abandoning.signal });
  };

  const link = await openLink({
    clock,
    open,
    onDown: (why) => condition.set('thread', troubleIn(directory, 'threadEnded', why)),
    onUp({ movedTo }) {
      if (movedTo !== undefined) tell({ kind: 'replaced', movedTo });
      condition.set('thread', undefined);
    },
  });
  lastSeq = (await link.client()).lastSeq;

  const silence = (): CodedError => {
    const now = condition.current();
    return new CodedError('journal.failed', now.state === 'ok' ? undefined : now.message);
  };

  const ask: StoreKeeper['ask'] = async (name, ...args) => {
    if (among(silent, condition.current())) throw silence();
    const client = await link.client();
    const answer = await within(clock, answerLimitMs, watched(client.call(name, ...args)));
    if (answer === timedOut) throw silence();
    return answer;
  };

  /** What became of rows that a thread took with it when it ended. */
  const sought = async (client: StoreClient, rows: readonly NewRow[]): Promise<Seqs | undefined> => {
    const stored = await client.call('read', { after: lastSeq, limit: rows.length });
    return stored.length > 0 ? seqsAmong(rows, stored) : undefined;
  };

  const append: StoreKeeper['append'] = async (rows) => {
    let mayBeWritten = false;
    for (;;) {
      const client = await link.client();
      try {
        const found = mayBeWritten ? await watched(sought(client, rows)) : undefined;
        const seqs = found ?? (await watched(client.call('append', rows)));
        link.works();
        lastSeq = Math.max(lastSeq, ...seqs.map((seq) => seq ?? 0));
        return seqs;
      } catch (error) {
        const damaged = codeOf(error) === 'journal.corrupt';
        if ((!damaged && !client.failure()) || link.closing()) throw error;
        link.lose(client, damaged);
        mayBeWritten = true;
      }
    }
  };

  return {
    append,
    ask,
    condition: condition.current,
    close() {
      relief.stop();
      return link.close();
    },
    abandon() {
      relief.stop();
      abandoning.callOff();
      void link.close();
    },
  };
};
