import type { EventData, NewEvent } from '../../events/catalogue.ts';
import type { OpenTraps } from '../../events/open-traps.ts';
import type { Decision } from '../rules/compiled-rule.ts';
import {
  type Arrival,
  eventSource,
  type Notice,
  type SenderNames,
  slotOf,
  slotOfKey,
  slotOfNotice,
  summary,
  type Tally,
  told,
} from './notice.ts';
import { createOpenKeys, type OpenKey, openKeysIn } from './open-keys.ts';
import { createRepeatWindows, type Repeats } from './repeat-windows.ts';
import { type JudgeSettings, limits } from './settings.ts';

export interface LedgerDeps {
  readonly settings: JudgeSettings;
  readonly namesOf: (source: string) => SenderNames;
  readonly open: OpenTraps;
}

type TrapData = EventData<'trap.received'>;

const summaries = (rows: readonly Repeats[]): NewEvent[] =>
  rows.map(({ notice, tally }) => summary(notice, tally));

/** What was told: which conditions are open, and which rows of repeats go on. */
export const createLedger = ({ settings, namesOf, open }: LedgerDeps) => {
  const known = createRepeatWindows({
    gapMs: settings.dedupSeconds * 1000,
    longestMs: limits.longestWindowSeconds * 1000,
    most: limits.windows,
  });
  const unknown = createRepeatWindows({
    gapMs: settings.unknownSeconds * 1000,
    longestMs: settings.unknownSeconds * 1000,
    most: limits.unknownWindows,
  });
  const openKeys = createOpenKeys(limits.openKeys, limits.openKeysOfSource);
  const rowsOf = (notice: Notice) => (notice.known ? known : unknown);

  const forgotten = ({ source, key, name, since }: OpenKey): NewEvent => ({
    type: 'trap.keyForgotten',
    source: eventSource,
    data: { source, ...namesOf(source), key, name, since },
  });
  const opened = (notice: Notice, at: string): NewEvent[] => {
    const { source, key, name, action } = notice;
    if (key === undefined) return [];
    if (action === 'clear') openKeys.close(source, key);
    const lost = action === 'raise' ? openKeys.open({ source, key, name, since: at }) : undefined;
    return lost ? [forgotten(lost)] : [];
  };
  const restored = openKeysIn(open).flatMap((one) => openKeys.open(one) ?? []);

  return {
    /** Conditions of an earlier life for which there is no room. */
    forgottenAtStart: (): NewEvent[] => restored.map(forgotten),
    isOpen: openKeys.has,
    /** Counts a repeat in its row. The beginning of a condition that is not open repeats nothing. */
    repeats(notice: Notice, { source, nowMs }: Arrival): boolean {
      const { key, action } = notice;
      if (action === 'raise' && key !== undefined && !openKeys.has(source, key)) return false;
      return rowsOf(notice).repeats(slotOfNotice(notice), notice, nowMs);
    },
    /** The same for what begins a condition, which most traps are, before a notice of it is put together. */
    raisesAgain({ raise, rule, severity }: Decision, { source, nowMs }: Arrival): boolean {
      if (raise === undefined || !openKeys.has(source, raise)) return false;
      return known.repeats(slotOfKey(source, raise), { rule, severity, action: 'raise' }, nowMs);
    },
    /** Unknown kinds of traps are bounded without pushing one another out, or a scan would tell of every one. */
    hasRoom: (notice: Notice): boolean =>
      notice.known || unknown.has(slotOfNotice(notice)) || !unknown.isFull(),
    /** The events of a notice, with the end of the row of repeats that it ends. */
    tell(notice: Notice, tally: Tally, { nowMs, at }: Arrival): NewEvent[] {
      const ended = rowsOf(notice).begin(slotOfNotice(notice), notice, tally, nowMs);
      return [...summaries(ended), ...opened(notice, at), told(notice, tally)];
    },
    /** An event did not reach the disk: what it told was not told. */
    unsay({
      source,
      server,
      device,
      key,
      name,
      action,
      firstAt,
      summary: isSummary,
      ...data
    }: TrapData): void {
      if (isSummary) return;
      const rows = data.rule === undefined ? unknown : known;
      const { rule, trapOid, text } = data;
      rows.drop(slotOf({ source, key, rule, trapOid }, () => text));
      if (key === undefined) return;
      if (action === 'raise') openKeys.close(source, key);
      if (action === 'clear') openKeys.open({ source, key, name, since: firstAt, server, device });
    },
    expire: (nowMs: number): NewEvent[] => summaries([...known.expire(nowMs), ...unknown.expire(nowMs)]),
    closeRows: (): NewEvent[] => summaries([...known.closeAll(), ...unknown.closeAll()]),
    rows: (): number => known.size() + unknown.size(),
    openKeys: (): number => openKeys.size(),
  };
};
export type Ledger = ReturnType<typeof createLedger>;
