import type { MethodResult } from '../../src/bridge/engine/method-tables.ts';
import type { EngineClient } from '../../src/cli/engine-client.ts';
import { CodedError } from '../../src/core/errors.ts';
import type { Event } from '../../src/events/catalogue.ts';
import type { Site } from './daemon.ts';

/** What a daemon owes whoever used it: everything it said before it was killed. */
export interface Owed {
  /** Events that were delivered, by seq; the text of a seq must never change. */
  readonly delivered: Map<number, Event>;
  /** What was delivered wrongly: out of order, with a gap, or a seq with another event. */
  readonly faults: string[];
  /** `cluster.report` calls that were answered, by the name of the connection. */
  readonly reports: Map<string, number>;
  /** Forced stops that were answered. */
  readonly answers: MethodResult<'fence.request'>[];
  /** The newest seq that was acknowledged, and the newest whose acknowledgement was answered. */
  acknowledging: number;
  acknowledged: number;
}

export const nothingOwed = (): Owed => ({
  delivered: new Map(),
  faults: [],
  reports: new Map(),
  answers: [],
  acknowledging: 0,
  acknowledged: 0,
});

const consumer = 'witness';
const states = ['up', 'stopped', 'down', 'unknown'] as const;
/** The state of the n-th report of a connection: a sequence in which a lost one shows. */
export const stateOf = (count: number): (typeof states)[number] => states[(count * 7) % 4] ?? 'unknown';

const isGone = (error: unknown): boolean =>
  error instanceof CodedError && (error.code === 'socket.unreachable' || error.code === 'fence.stopping');

/** Repeats `step` until the daemon is gone; any other failure is one of the test. */
const untilGone = async (step: () => Promise<void>): Promise<void> => {
  try {
    for (;;) await step();
  } catch (error) {
    if (!isGone(error)) throw error;
  }
};

/** Reports of one connection, one after the other. */
const report = (owed: Owed, name: string, client: EngineClient, node: string): Promise<void> =>
  untilGone(async () => {
    const count = owed.reports.get(name) ?? 0;
    await client.call('cluster.report', { node, state: stateOf(count) });
    owed.reports.set(name, count + 1);
  });

/** Forced stops of one server, one after the other. */
const forceStops = (owed: Owed, client: EngineClient, server: string): Promise<void> => {
  const actions = ['off', 'on', 'cycle', 'off', 'on', 'reset'] as const;
  let count = 0;
  return untilGone(async () => {
    const action = actions[count % actions.length] ?? 'off';
    count += 1;
    owed.answers.push(await client.call('fence.request', { server, action, deadlineMs: 5_000 }));
  });
};

/** Checks one delivered event against all that came before it. */
const witness = (owed: Owed, event: Event, previous: number | undefined): void => {
  const { seq } = event;
  if (previous !== undefined && seq !== previous + 1)
    owed.faults.push(`${seq} was delivered after ${previous}`);
  if (previous === undefined && (seq <= owed.acknowledged || seq > owed.acknowledging + 1)) {
    owed.faults.push(`delivery went on at ${seq}, after ${owed.acknowledged} was acknowledged`);
  }
  const before = owed.delivered.get(seq);
  if (before && JSON.stringify(before) !== JSON.stringify(event)) {
    owed.faults.push(`${seq} was ${JSON.stringify(before)}, and now is ${JSON.stringify(event)}`);
  }
  owed.delivered.set(seq, event);
};

const acknowledge = (owed: Owed, client: EngineClient, seq: number): void => {
  owed.acknowledging = Math.max(owed.acknowledging, seq);
  client.call('events.ack', { consumer, seq }).then(
    () => {
      owed.acknowledged = Math.max(owed.acknowledged, seq);
    },
    // The daemon was killed: the acknowledgement may count or not.
    () => undefined,
  );
};

/** Subscribes as a consumer that acknowledges every tenth event. */
const subscribe = async (owed: Owed, client: EngineClient): Promise<void> => {
  let previous: number | undefined;
  client.onNotification(({ method, params }) => {
    if (method !== 'event') return void owed.faults.push(`${method} ${JSON.stringify(params)}`);
    const event = params as Event;
    witness(owed, event, previous);
    previous = event.seq;
    if (event.seq % 10 !== 0) return;
    acknowledge(owed, client, event.seq);
  });
  await client.call('events.subscribe', { consumer, after: 0 });
};

/**
 * Keeps a daemon busy until it is gone: a consumer of events, reports of the engine, and forced stops of
 * every server. Resolves when all of them have lost it.
 */
export const loadDaemon = async (
  site: Site,
  owed: Owed,
  name: string,
  servers: readonly string[],
): Promise<void> => {
  const connect = async () => {
    const client = await site.connect();
    await client.call('hello', { client: name, protocol: 1 });
    return client;
  };
  const busy = async (work: (client: EngineClient) => Promise<void>) => {
    try {
      await work(await connect());
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  };
  await Promise.all([
    busy((client) => subscribe(owed, client)),
    busy((client) => report(owed, name, client, servers[0] ?? '')),
    ...servers.map((server) => busy((client) => forceStops(owed, client, server))),
  ]);
};
