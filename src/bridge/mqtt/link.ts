import { type Backoff, backoffMs } from '../../core/backoff.ts';
import { type CallOffSignal, createCallOff } from '../../core/call-off.ts';
import { type Clock, isoNow, sleep, within } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { Connection, ConnectionOptions, Message, OpenConnection } from './connection.ts';
import { type MqttFault, mqttFault } from './fault.ts';

export interface LinkDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly open: OpenConnection;
  /** Where to and as whom; asked before every connection. */
  readonly options: () => ConnectionOptions;
  /** 0 to 1: two gateways do not come back to a broker at the same moment. */
  readonly random: () => number;
  /** A new connection stands; nothing was published in it yet. */
  readonly onOpen: () => void;
}

/** How the link is, for `health`. Times are ISO 8601 UTC. */
export interface LinkStatus {
  readonly connected: boolean;
  /** Since when it has been like that. */
  readonly since: string;
  /** Connections that stood since the start. */
  readonly connections: number;
  readonly lastError?: { readonly at: string; readonly code: MqttFault['code']; readonly message: string };
}

/** A connection to the broker that is opened again whenever it ends. */
export interface Link {
  /** As {@link Connection.publish}; rejects at once while there is no connection. */
  publish(message: Message): Promise<void>;
  /** Resolves when there is a connection, or with why there is none after `limitMs`. */
  connected(limitMs: number, signal: CallOffSignal): Promise<MqttFault | undefined>;
  status(): LinkStatus;
  /** Tries at once, where a pause would go on. */
  retry(): void;
  /** Publishes the last message and says farewell, as far as that is possible in time. */
  stop(last: Message): Promise<void>;
}

const usual: Backoff = { firstMs: 1_000, factor: 2, maxMs: 30_000 };
/** Neither a password nor a client id gets right by trying; and each try throws the other client out. */
const patientMs = 60_000;
/** A connection that stood for so long makes what went wrong before it forgotten; longer than two patient pauses. */
const lastingMs = 150_000;
/** So many connections in a row that the broker took, and closed soon and without a word, are no accident. */
const suspiciousEndings = 3;
/** For the last message and for the farewell, each. */
const farewellLimitMs = 400;

const stopped = () => mqttFault('mqtt.lost', 'the gateway stops');

/** The pause after a number of failures in a row, in milliseconds. */
export const pauseMs = (fault: MqttFault, failures: number, luck: number): number => {
  const slow = fault.code === 'mqtt.credentials' || fault.code === 'mqtt.clientIdTaken';
  return (slow ? patientMs : backoffMs(usual, failures - 1)) * (0.8 + 0.4 * luck);
};

/**
 * What a connection ended on, or, where it is the latest of many that ended alike, what is behind that: not every broker
 * says that another client took over (Mosquitto 2.0.11 does not).
 */
export const suspect = (why: MqttFault, soonClosed: number, clientId: string): MqttFault => {
  if (soonClosed < suspiciousEndings) return why;
  const message = `the broker took ${soonClosed} connections in a row and closed each of them soon without a reason: another client probably has the client id ${clientId}`;
  return mqttFault('mqtt.clientIdTaken', message);
};

export const startLink = (deps: LinkDeps): Link => {
  const { clock, log, open, options, random, onOpen } = deps;
  const stopping = createCallOff();
  let pausing = createCallOff();
  let current: Connection | undefined;
  let since = isoNow(clock);
  let connections = 0;
  let failures = 0;
  /** Connections in a row that the broker closed soon and without a word. */
  let soonClosed = 0;
  let lastError: LinkStatus['lastError'];
  let fault: MqttFault = mqttFault('mqtt.unreachable', 'the broker has not answered yet');
  const waiters = new Set<() => void>();

  const told = (why: MqttFault): void => {
    const same = lastError?.code === why.code && lastError.message === why.message && failures > 0;
    fault = why;
    lastError = { at: isoNow(clock), code: why.code, message: why.message };
    if (same && why.code !== 'mqtt.clientIdTaken') return;
    log.warn({ code: why.code, reason: why.message }, 'there is no connection to the MQTT broker');
  };

  const stand = async (connection: Connection): Promise<MqttFault> => {
    const standsMs = clock.nowMs();
    current = connection;
    since = isoNow(clock);
    connections += 1;
    log.info({ clientId: options().clientId }, 'connected to the MQTT broker');
    onOpen();
    for (const wake of waiters) wake();
    const why = await connection.ended;
    current = undefined;
    since = isoNow(clock);
    const lasted = clock.nowMs() - standsMs >= lastingMs;
    if (lasted) failures = 0;
    soonClosed = lasted || why.code !== 'mqtt.lost' ? 0 : soonClosed + 1;
    return suspect(why, soonClosed, options().clientId);
  };
  const runOnce = async (): Promise<MqttFault> => {
    const connection = open(options(), clock);
    const giveUp = () => connection.destroy(stopped());
    stopping.signal.listen(giveUp);
    const refused = await connection.opened;
    stopping.signal.forget(giveUp);
    if (!refused) return stand(connection);
    soonClosed = 0;
    return refused;
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.calledOff) {
      const why = await runOnce();
      if (stopping.signal.calledOff) return;
      told(why);
      failures += 1;
      pausing = createCallOff();
      await sleep(clock, pauseMs(why, failures, random()), pausing.signal);
    }
  };
  const running = run();

  /** Without an acknowledged farewell the connection is cut: then the broker publishes the will. */
  const farewell = async (connection: Connection, last: Message): Promise<void> => {
    const acked = connection.publish(last).then(
      () => true,
      () => false,
    );
    if ((await within(clock, farewellLimitMs, acked)) === true) {
      connection.leave();
      await within(clock, farewellLimitMs, connection.ended);
    }
    connection.destroy(stopped());
  };

  return {
    async publish(message) {
      if (!current) throw fault;
      return current.publish(message);
    },
    async connected(limitMs, signal) {
      if (current) return undefined;
      const limit = createCallOff();
      const wake = () => limit.callOff();
      waiters.add(wake);
      signal.listen(wake);
      await sleep(clock, limitMs, limit.signal);
      signal.forget(wake);
      waiters.delete(wake);
      return current ? undefined : fault;
    },
    status: () => ({ connected: current !== undefined, since, connections, ...(lastError && { lastError }) }),
    retry: () => pausing.callOff(),
    async stop(last) {
      stopping.callOff();
      pausing.callOff();
      if (current) await farewell(current, last);
      await running;
    },
  };
};
