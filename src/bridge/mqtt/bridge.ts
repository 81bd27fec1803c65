import { type Clock, isoNow } from '../../core/clock.ts';
import type { Language } from '../../core/language.ts';
import type { Logger } from '../../core/log.ts';
import type { Event } from '../../events/catalogue.ts';
import type { MonitorMap } from '../../events/monitors.ts';
import type { ServerRow } from '../engine/services.ts';
import type { Sink, SinkStatus } from '../spool/sink.ts';
import type { ConnectionOptions, Message, OpenConnection } from './connection.ts';
import { createEventSink } from './event-sink.ts';
import { type LinkStatus, startLink } from './link.ts';
import { showMonitors } from './monitor-states.ts';
import { type Gateway, type StatusPayload, serverStateOf } from './payloads.ts';
import { createStateKeeper } from './state-keeper.ts';
import { topicsOf } from './topics.ts';

/** What the configuration says of the broker and of what it gets. */
export interface MqttSettings extends Omit<ConnectionOptions, 'will'> {
  readonly topicPrefix: string;
  /** Globs of event types. */
  readonly events: readonly string[];
}

export interface MqttBridgeDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly open: OpenConnection;
  /** 0 to 1. */
  readonly random: () => number;
  readonly gateway: Gateway;
  /** The language of alerts, as configured now. */
  readonly language: () => Language;
  /** Names of the servers in the configuration. */
  readonly servers: () => readonly string[];
  /** The row of one of them; undefined where it is gone meanwhile. */
  readonly row: (server: string) => ServerRow | undefined;
  /** All external-link monitors; another object after each change. */
  readonly monitors: () => MonitorMap;
}

/** One broker, with the connection to it. */
export interface MqttBridge {
  /** To be given to a spool, which closes the bridge at its end. */
  readonly sink: Sink<Event>;
  /** The state of this server may have changed; without a name, all states. */
  touch(server?: string): void;
  /** Monitors may have changed, those of this server or those of none. */
  touchMonitors(server: string | undefined): void;
  /** Tries to connect at once, where a pause would go on. */
  retry(): void;
  status(): LinkStatus;
}

/** What `health` tells of the broker: the connection, and what waits for it. */
export interface MqttHealth extends LinkStatus {
  readonly url: string;
  readonly clientId: string;
  readonly events: SinkStatus;
}

/** Connects to the broker and keeps its retained topics true. Returns at once and never throws. */
export const startMqttBridge = (settings: MqttSettings, deps: MqttBridgeDeps): MqttBridge => {
  const { clock, log, open, random, gateway, language, servers, row } = deps;
  const show = showMonitors(deps.monitors);
  const { topicPrefix, events, ...access } = settings;
  const topics = topicsOf(topicPrefix, gateway.cluster, gateway.node);
  const statusMessage = (payload: StatusPayload): Message => ({
    topic: topics.status,
    payload: JSON.stringify(payload),
    retain: true,
  });
  const will = statusMessage({ ...gateway, state: 'offline', cause: 'connectionLost' });

  const tellOnline = (): void => {
    const online = statusMessage({ ...gateway, state: 'online', since: isoNow(clock) });
    link
      .publish(online)
      .catch((error: Error) =>
        log.warn({ reason: error.message }, 'the MQTT broker does not take the status of the gateway'),
      );
  };
  const link = startLink({
    ...{ clock, log, open, random },
    options: () => ({ ...access, will }),
    onOpen() {
      tellOnline();
      states.renew();
      monitors.renew();
    },
  });
  const states = createStateKeeper({
    ...{ clock, log, names: servers, topicOf: topics.server, publish: link.publish },
    stateOf(name) {
      const known = row(name);
      return known && serverStateOf(known, show.ofServer(name));
    },
  });
  const monitors = createStateKeeper({
    ...{ clock, log, names: () => ['monitors'], topicOf: () => topics.monitors, publish: link.publish },
    stateOf: () => show.ofGateway(servers()),
  });
  const close = async (): Promise<void> => {
    states.stop();
    monitors.stop();
    await link.stop(statusMessage({ ...gateway, state: 'offline', cause: 'stopped', at: isoNow(clock) }));
  };
  return {
    sink: createEventSink({ log, link, topics, events, language, close }),
    touch(server) {
      states.touch(server);
      if (server === undefined) monitors.touch();
    },
    touchMonitors(server) {
      if (server !== undefined) states.touch(server);
      monitors.touch();
    },
    retry: link.retry,
    status: link.status,
  };
};
