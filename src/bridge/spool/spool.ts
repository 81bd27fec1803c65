import { type Backoff, backoffMs } from '../../core/backoff.ts';
import { type CallOffSignal, createCallOff } from '../../core/call-off.ts';
import { sleep, timedOut, within } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import type { Bus } from '../../events/bus.ts';
import type { Journal } from '../../events/journal.ts';
import { createBell } from './bell.ts';
import { createPosition, type Position, type PositionDeps } from './position.ts';
import { createQueue, type Queue } from './queue.ts';
import { type Gap, type Sent, type Sink, type SinkStatus, sinkPrefix } from './sink.ts';
import { createTrouble, type Trouble, type TroubleDeps } from './trouble.ts';

export interface SpoolDeps extends TroubleDeps, PositionDeps {
  readonly journal: Pick<Journal, 'read' | 'stats' | 'consumer' | 'acknowledge'>;
  readonly bus: Pick<Bus, 'subscribe'>;
  /** Where a sink begins that the journal does not know: with the first event after this one. */
  readonly since: number;
}

/** What carries events to one sink. */
export interface Spool {
  readonly name: string;
  status(): SinkStatus;
  /** Ends a `send` under way, remembers the position, closes the sink. What was not taken goes out after the next start. */
  stop(): Promise<void>;
}

/** How long a `send` that was called off may take to end. */
const stopLimitMs = 2_000;
const pause: Backoff = { firstMs: 1_000, factor: 2, maxMs: 60_000 };

/** Tries until it succeeds, whatever the journal goes through; undefined where it was called off. */
const insist = async <Value>(
  { clock, log }: Pick<SpoolDeps, 'clock' | 'log'>,
  signal: CallOffSignal,
  run: () => Promise<Value>,
): Promise<Value | undefined> => {
  for (let attempt = 0; !signal.calledOff; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'events for a sink cannot be read; it is tried again');
      await sleep(clock, backoffMs(pause, attempt), signal);
    }
  }
  return undefined;
};

interface SenderDeps<Item> {
  readonly sink: Sink<Item>;
  readonly queue: Queue<Item>;
  readonly position: Position;
  readonly trouble: Trouble;
  readonly signal: CallOffSignal;
  readonly newestWanted: () => number;
}

/** Sends what waits, a window at a time. Answers how long to wait before the next, in milliseconds. */
const createSender = <Item>({ sink, queue, position, trouble, signal, newestWanted }: SenderDeps<Item>) => {
  let failures = 0;
  /** The newest event that waited when the peer began to take items again. */
  let catchUpTo: number | undefined;

  const send = async (): Promise<Sent> => {
    try {
      return await sink.send(queue.first(sink.window), signal);
    } catch (error) {
      return { taken: 0, failure: messageOf(error) };
    }
  };
  return {
    async sendWindow(): Promise<number> {
      const { taken, retryAfterMs, ...sent } = await send();
      const failure = sent.failure ?? (taken > 0 ? undefined : 'it took nothing');
      if (taken > 0) {
        failures = 0;
        catchUpTo ??= Math.max(newestWanted(), queue.readTo());
        queue.drop(taken);
        position.sent(queue.doneTo());
        trouble.took(taken);
      }
      if (failure === undefined || signal.calledOff) return 0;
      catchUpTo = undefined;
      trouble.failed(failure);
      failures += 1;
      return retryAfterMs ?? backoffMs(pause, failures - 1);
    },
    noteCaughtUp(): void {
      if (catchUpTo === undefined || queue.doneTo() < catchUpTo) return;
      catchUpTo = undefined;
      trouble.caughtUp();
    },
  };
};

/**
 * Carries every wanted event to the sink, once the journal has it: a dead peer costs a page of memory and no event, a
 * slow one delays nobody else. Events stay in the journal for as long as that keeps them; what it drops before they were
 * sent is told by `sink.gap`. A sink that the journal does not know begins after `since`: what comes while it is made known is for it, too.
 */
export const startSpool = <Item>(sink: Sink<Item>, deps: SpoolDeps): Spool => {
  const { clock, log, journal, bus } = deps;
  const { signal, callOff } = createCallOff();
  const bell = createBell();
  const trouble = createTrouble(sink.name, deps);
  let position: Position | undefined;
  let newestHeard = 0;
  let newestWanted = 0;
  let lost = 0;

  const register = async () => {
    const consumer = `${sinkPrefix}${sink.name}`;
    const { lastSeq } = await journal.stats();
    const { ackedSeq } = await journal.consumer(consumer, deps.since);
    await sink.begin?.(ackedSeq);
    newestHeard = Math.max(newestHeard, lastSeq);
    return { place: createPosition(consumer, ackedSeq, deps), queue: createQueue(sink, journal, ackedSeq) };
  };
  const tellGap = ({ from, to }: Gap): void => {
    lost += to - from + 1;
    log.error({ sink: sink.name, from, to }, 'events were dropped before the sink took them');
    deps.note({ type: 'sink.gap', source: 'bridge', data: { sink: sink.name, from, to } });
  };
  /** Goes on to the newest event; without asking the journal where nothing is wanted of what came. */
  const goOn = async (queue: Queue<Item>, place: Position): Promise<void> => {
    if (queue.live() && newestWanted <= queue.readTo()) queue.pass(newestHeard);
    else {
      const gap = await insist(deps, signal, () => queue.fill(newestHeard));
      if (gap) tellGap(gap);
    }
    place.passed(queue.doneTo());
  };

  const run = async (): Promise<void> => {
    const known = await insist(deps, signal, register);
    if (!known) return;
    const { queue, place } = known;
    position = place;
    const sender = createSender({ sink, queue, position, trouble, signal, newestWanted: () => newestWanted });
    while (!signal.calledOff) {
      if (queue.waits() > 0) {
        const pauseMs = await sender.sendWindow();
        if (pauseMs > 0) await sleep(clock, pauseMs, signal);
      } else if (newestHeard > queue.readTo()) await goOn(queue, place);
      else await bell.heard();
      sender.noteCaughtUp();
    }
  };

  const unsubscribe = bus.subscribe((event) => {
    newestHeard = Math.max(newestHeard, event.seq);
    if (event.type === 'journal.replaced') position?.renew();
    if (sink.types.has(event.type)) newestWanted = Math.max(newestWanted, event.seq);
    bell.ring();
  });
  const running = run();

  return {
    name: sink.name,
    status: () => ({
      ...trouble.status(),
      queued: position ? Math.max(0, newestHeard - position.seq()) : 0,
      lost,
    }),
    async stop() {
      unsubscribe();
      callOff();
      bell.ring();
      const ended = await within(clock, stopLimitMs, running);
      if (ended === timedOut) log.warn({ sink: sink.name }, 'a sink does not let go; it is closed');
      await position?.close();
      await sink.close();
    },
  };
};
