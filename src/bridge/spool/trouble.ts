import { type Clock, isoNow } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { NewEvent } from '../../events/catalogue.ts';
import type { SinkStatus } from './sink.ts';

/** A peer that is away for less is no news: a broker that restarts, a lost inform. */
const tellAfterMs = 10_000;

export interface TroubleDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Puts a fact on record where that is possible; never rejects. */
  readonly note: (event: NewEvent) => void;
  /** Since when this sink fails as far as the record knows, so that trouble told before a restart also ends. */
  readonly failingSince: (sink: string) => string | undefined;
}

/** Tells that a sink fails and that it recovered: once each, and only of trouble that lasts. */
export interface Trouble {
  failed(message: string): void;
  took(items: number): void;
  /** The peer has what was waiting when it began to take items again. */
  caughtUp(): void;
  status(): Pick<SinkStatus, 'state' | 'lastSentAt' | 'lastError' | 'sent'>;
}

interface Failing {
  /** ISO 8601 UTC. */
  readonly since: string;
  readonly sinceMs: number;
  told: boolean;
  /** What the peer took since it takes items again. */
  sent: number;
}

const source = 'bridge';

export const createTrouble = (sink: string, deps: TroubleDeps): Trouble => {
  const { clock, log, note } = deps;
  const before = deps.failingSince(sink);
  let failing: Failing | undefined = before
    ? { since: before, sinceMs: clock.nowMs(), told: true, sent: 0 }
    : undefined;
  let sent = 0;
  let lastSentAt: string | undefined;
  let lastError: SinkStatus['lastError'];

  const begin = (): Failing => ({ since: isoNow(clock), sinceMs: clock.nowMs(), told: false, sent: 0 });
  const end = ({ since, told, sent: caughtUp }: Failing): void => {
    failing = undefined;
    if (!told) return;
    log.info({ sink, since, sent: caughtUp }, 'the sink takes events again');
    note({ type: 'sink.recovered', source, data: { sink, since, sent: caughtUp } });
  };

  return {
    failed(message) {
      lastError = { at: isoNow(clock), message };
      failing ??= begin();
      if (failing.told || clock.nowMs() - failing.sinceMs < tellAfterMs) return;
      failing.told = true;
      log.warn({ sink, reason: message }, 'the sink takes nothing; events wait in the journal');
      note({ type: 'sink.failing', source, data: { sink, reason: message } });
    },
    took(items) {
      sent += items;
      lastSentAt = isoNow(clock);
      if (failing) failing.sent += items;
    },
    caughtUp() {
      if (failing) end(failing);
    },
    status() {
      const state = failing ? 'failing' : lastSentAt === undefined ? 'waiting' : 'ok';
      return { state, sent, ...(lastSentAt && { lastSentAt }), ...(lastError && { lastError }) };
    },
  };
};
