import { isDeepStrictEqual } from 'node:util';
import {
  type MqttBridge,
  type MqttHealth,
  type MqttSettings,
  startMqttBridge,
} from '../bridge/mqtt/bridge.ts';
import type { OpenConnection } from '../bridge/mqtt/connection.ts';
import { type Spool, startSpool } from '../bridge/spool/spool.ts';
import type { MqttConfig } from '../config/mqtt-section.ts';
import { messageOf } from '../core/errors.ts';
import { serverOf } from '../events/catalogue.ts';
import type { ReadinessKeeper } from '../fence/readiness-keeper.ts';
import type { Parts } from './parts.ts';
import { version } from './paths.ts';
import { note } from './record.ts';
import { rowOf } from './services.ts';

/** The MQTT bridge in the daemon. */
export interface Mqtt {
  /** Puts the present configuration in force; a connection whose settings are the same stays. Never rejects. */
  refresh(): Promise<void>;
  /** Undefined where the configuration has no `mqtt`. */
  health(): MqttHealth | undefined;
  stop(): Promise<void>;
}

interface Running {
  readonly mqtt: MqttConfig;
  readonly bridge: MqttBridge;
  readonly spool: Spool;
}

const settingsOf = (mqtt: MqttConfig): MqttSettings => {
  const { broker, ca, cert, key, clientId, user, password, keepAliveSeconds, topicPrefix, events } = mqtt;
  const { host, port, secure } = broker;
  const tls = secure && { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  return {
    ...{ clientId, keepAliveSeconds, topicPrefix, events },
    address: { host, port, ...(tls && { tls }) },
    ...(user !== undefined && { user }),
    ...(password && { password }),
  };
};

/** Secrets show themselves to nobody, so they are compared by their own means. */
const isSame = (a: MqttConfig, b: MqttConfig): boolean => {
  const { password, key, ...open } = a;
  const { password: otherPassword, key: otherKey, ...otherOpen } = b;
  const samePassword = password ? password.equals(otherPassword) : otherPassword === undefined;
  const sameKey = key ? key.equals(otherKey) : otherKey === undefined;
  return samePassword && sameKey && isDeepStrictEqual(open, otherOpen);
};

/** The library takes 4 MB: whoever has no broker does not pay for it. */
const loadConnection = async () => (await import('../bridge/mqtt/connection.ts')).openConnection;

const run = (
  open: OpenConnection,
  mqtt: MqttConfig,
  parts: Parts,
  readiness: Pick<ReadinessKeeper, 'of'>,
  since: number,
): Running => {
  const { deps, current, events, evidence, fence, journal, bus } = parts;
  const { clock, log } = deps;
  const { cluster, self } = current.config;
  const rows = { clock, events, evidence, fence, readiness };
  const bridge = startMqttBridge(settingsOf(mqtt), {
    ...{ clock, log, open, random: Math.random },
    gateway: { cluster, node: self.node, version },
    language: () => current.config.alerts.language,
    servers: () => Object.keys(current.config.servers),
    row: (name) => (Object.hasOwn(current.config.servers, name) ? rowOf(rows, name) : undefined),
    monitors: () => events.view().monitors,
  });
  const spool = startSpool(bridge.sink, {
    ...{ clock, log, journal, bus, since },
    note: (event) => void note(events, event),
    failingSince: (sink) => events.view().failingSinks?.[sink],
  });
  return { mqtt, bridge, spool };
};

/** Publishes to a broker where the configuration says so, and follows its reloads. Resolves when that has begun. */
export const startMqtt = async (parts: Parts, readiness: Pick<ReadinessKeeper, 'of'>): Promise<Mqtt> => {
  const { deps, current, bus } = parts;
  let running: Running | undefined;

  const apply = async (since: number): Promise<void> => {
    const { mqtt } = current.config;
    if (running && mqtt && isSame(running.mqtt, mqtt)) {
      running.bridge.touch();
      running.bridge.retry();
      return;
    }
    await running?.spool.stop();
    running = mqtt && run(await loadConnection(), mqtt, parts, readiness, since);
    if (running) deps.log.info({ url: running.mqtt.url }, 'events and states go to an MQTT broker');
  };
  let turn: Promise<void> = Promise.resolve();
  const refresh = (): Promise<void> => {
    const since = parts.events.view().seq;
    // Where the library cannot be loaded the installation is broken; servers can be stopped all the same.
    turn = turn
      .then(() => apply(since))
      .catch((error) => deps.log.error({ error: messageOf(error) }, 'the MQTT bridge cannot start'));
    return turn;
  };
  const unsubscribe = bus.subscribe((event) => {
    const server = serverOf(event);
    const ofMonitor = event.type === 'monitor.raised' || event.type === 'monitor.cleared';
    if (ofMonitor) running?.bridge.touchMonitors(server);
    else if (server !== undefined) running?.bridge.touch(server);
  });
  await refresh();
  return {
    refresh,
    health() {
      if (!running) return undefined;
      const { mqtt, bridge, spool } = running;
      return { url: mqtt.url, clientId: mqtt.clientId, ...bridge.status(), events: spool.status() };
    },
    async stop() {
      unsubscribe();
      await turn;
      await running?.spool.stop();
      running = undefined;
    },
  };
};
