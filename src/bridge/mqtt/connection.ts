import { type IConnackPacket, MqttClient } from 'mqtt';
import type { Clock } from '../../core/clock.ts';
import type { Secret } from '../../core/secret.ts';
import { type MqttFault, mqttFault } from './fault.ts';
import { clientFault, disconnectFault, pubackFault, streamFault } from './faults.ts';
import { createFlight } from './flight.ts';
import { type BrokerAddress, openStream } from './stream.ts';

/** One message, always with QoS 1. */
export interface Message {
  readonly topic: string;
  /** JSON; empty clears a retained message. */
  readonly payload: string;
  readonly retain: boolean;
}

export interface ConnectionOptions {
  readonly address: BrokerAddress;
  readonly clientId: string;
  readonly user?: string;
  readonly password?: Secret;
  readonly keepAliveSeconds: number;
  /** What the broker publishes where the connection ends without a farewell. */
  readonly will: Message;
}

/** One connection to the broker, from its first packet to its end; the next one is another object. */
export interface Connection {
  /** Resolves when the broker has taken us, or with why it never will. */
  readonly opened: Promise<MqttFault | undefined>;
  /** Resolves, once, with why it ended. */
  readonly ended: Promise<MqttFault>;
  /**
   * Resolves at PUBACK, and rejects with an {@link MqttFault} otherwise. Messages leave in the order of the calls, and
   * the library never holds more than the broker's receive maximum.
   */
  publish(message: Message): Promise<void>;
  /** Says farewell, so that no will is published, and ends. */
  leave(): void;
  /** Ends at once, whatever the broker does. */
  destroy(fault: MqttFault): void;
}

export type OpenConnection = (options: ConnectionOptions, clock: Clock) => Connection;

const connectLimitMs = 10_000;
/** A broker that takes longer for one PUBACK is as good as dead. */
const ackLimitMs = 20_000;
/** Most messages under way; a broker may allow fewer. */
const mostUnderWay = 64;
/** The broker has no more to say to a publisher than acknowledgements. */
const largestFromBroker = 16 * 1024;
/** The library collects a packet before it looks at its size, so the bytes without one are counted here. */
const mostUnparsed = 256 * 1024;
/** What MQTT adds to topic and payload of our messages, generously. */
const packetOverheadBytes = 64;

const jsonProperties = { payloadFormatIndicator: true, contentType: 'application/json' } as const;

const clientFor = ({ address, clientId, user, password, keepAliveSeconds, will }: ConnectionOptions) => {
  const stream = openStream(address);
  const client = new MqttClient(() => stream, {
    ...{ protocolVersion: 5, clientId, clean: true, keepalive: keepAliveSeconds },
    // A fresh client for each connection: the library would replay its store, and lose of it (mqttjs/MQTT.js #2015).
    ...{ reconnectPeriod: 0, resubscribe: false, queueQoSZero: false },
    ...{ connectTimeout: connectLimitMs, timerVariant: 'native' },
    ...(user !== undefined && { username: user }),
    ...(password && { password: password.reveal() }),
    properties: { sessionExpiryInterval: 0, maximumPacketSize: largestFromBroker },
    will: { ...will, payload: Buffer.from(will.payload), qos: 1, properties: jsonProperties },
  });
  return { client, stream };
};

/** Why this broker is of no use to us, though it took us. */
const unfit = ({ properties }: IConnackPacket): MqttFault | undefined => {
  if (properties?.maximumQoS === 0) return mqttFault('mqtt.refused', 'the broker does not offer QoS 1');
  if (properties?.retainAvailable === false)
    return mqttFault('mqtt.refused', 'the broker does not keep retained messages');
  return undefined;
};

const sizeOf = ({ topic, payload }: Message): number =>
  Buffer.byteLength(topic) + Buffer.byteLength(payload) + packetOverheadBytes;

/** Hands one message to the library, which calls back at PUBACK; a refusal carries a number. */
const send = (
  client: MqttClient,
  { topic, payload, retain }: Message,
  done: (why: MqttFault | undefined) => void,
): void => {
  const properties = payload === '' ? {} : jsonProperties;
  client.publish(topic, payload, { qos: 1, retain, properties }, (error) => {
    if (!error) return done(undefined);
    const refused = 'code' in error && typeof error.code === 'number';
    done(refused ? pubackFault(error.code as number, topic) : mqttFault('mqtt.lost', error.message));
  });
};

/** Opens a connection to a broker of MQTT 5. Never throws; what happens is told by the promises. */
export const openConnection: OpenConnection = (options, clock) => {
  const { client, stream } = clientFor(options);
  const flight = createFlight();
  const underWay = new Set<(why: MqttFault | undefined) => void>();
  let fault: MqttFault | undefined;
  let open = false;
  let mostBytes = Number.POSITIVE_INFINITY;
  let tellOpened: (fault: MqttFault | undefined) => void = () => undefined;
  let tellEnded: (fault: MqttFault) => void = () => undefined;
  const opened = new Promise<MqttFault | undefined>((resolve) => {
    tellOpened = resolve;
  });
  const ended = new Promise<MqttFault>((resolve) => {
    tellEnded = resolve;
  });
  const destroy = (why: MqttFault) => {
    fault ??= why;
    stream.destroy();
  };

  let unparsed = 0;
  stream.on('data', (chunk: Buffer) => {
    unparsed += chunk.length;
    if (unparsed > mostUnparsed) destroy(mqttFault('mqtt.refused', 'what the broker sends is no MQTT'));
  });
  client.on('packetreceive', () => {
    unparsed = 0;
  });
  client.on('connect', (packet) => {
    const why = unfit(packet);
    if (why) return destroy(why);
    open = true;
    mostBytes = packet.properties?.maximumPacketSize ?? mostBytes;
    flight.widen(Math.min(mostUnderWay, packet.properties?.receiveMaximum ?? mostUnderWay));
    tellOpened(undefined);
  });
  client.on('disconnect', ({ reasonCode = 0 }) => destroy(disconnectFault(reasonCode, options.clientId)));
  client.on('error', (error) => {
    fault ??= clientFault(error, open);
  });
  stream.on('error', (error) => {
    fault ??= streamFault(error, open);
  });
  stream.on('close', () => {
    const why = fault ?? mqttFault('mqtt.lost', 'the broker closed the connection without a reason');
    flight.close(why);
    for (const fail of underWay) fail(why);
    tellOpened(why);
    tellEnded(why);
    client.end(true);
  });

  const acknowledged = (message: Message): Promise<void> =>
    new Promise((resolve, reject) => {
      const limit = clock.after(ackLimitMs, () =>
        destroy(mqttFault('mqtt.timeout', `the broker acknowledged nothing for ${ackLimitMs / 1000} s`)),
      );
      const done = (why: MqttFault | undefined) => {
        limit.cancel();
        if (!underWay.delete(done)) return;
        flight.land();
        if (why) reject(why);
        else resolve();
      };
      underWay.add(done);
      send(client, message, done);
    });
  return {
    opened,
    ended,
    async publish(message) {
      if (sizeOf(message) > mostBytes)
        throw mqttFault('mqtt.rejected', `a message for ${message.topic} is larger than the broker allows`);
      await flight.board();
      return acknowledged(message);
    },
    leave: () => void client.end(),
    destroy,
  };
};
