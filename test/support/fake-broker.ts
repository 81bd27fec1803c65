import type {
  Connection,
  ConnectionOptions,
  Message,
  OpenConnection,
} from '../../src/bridge/mqtt/connection.ts';
import { type MqttFault, mqttFault } from '../../src/bridge/mqtt/fault.ts';

/** A connection of the bridge as the other side sees it. */
export interface FakeConnection {
  readonly options: ConnectionOptions;
  readonly published: Message[];
  /** Takes it, or refuses it. */
  answer(fault?: MqttFault): void;
  /** Ends it. */
  end(fault?: MqttFault): void;
  over(): MqttFault | undefined;
  left(): boolean;
}

/** What becomes of one message; a promise that stays pending is a broker that hangs. */
export type Acknowledge = (message: Message) => Promise<void>;

export const acknowledges: Acknowledge = async () => undefined;
export const hangs: Acknowledge = () => new Promise(() => undefined);
export const refuses =
  (fault: MqttFault): Acknowledge =>
  () =>
    Promise.reject(fault);

export const lost = (): MqttFault =>
  mqttFault('mqtt.lost', 'the broker closed the connection without a reason');
export const unreachable = (): MqttFault => mqttFault('mqtt.unreachable', 'connect ECONNREFUSED');

/** A broker without a wire: what the bridge opens, the test answers. */
export interface FakeBroker {
  readonly open: OpenConnection;
  readonly connections: FakeConnection[];
  last(): FakeConnection;
  /** From now on messages fare like this. */
  fare(acknowledge: Acknowledge): void;
}

export const createFakeBroker = (): FakeBroker => {
  const connections: FakeConnection[] = [];
  let acknowledge = acknowledges;
  const open: OpenConnection = (options): Connection => {
    const published: Message[] = [];
    const failing = new Set<(fault: MqttFault) => void>();
    let over: MqttFault | undefined;
    let left = false;
    let tellOpened: (fault: MqttFault | undefined) => void = () => undefined;
    let tellEnded: (fault: MqttFault) => void = () => undefined;
    const opened = new Promise<MqttFault | undefined>((resolve) => {
      tellOpened = resolve;
    });
    const ended = new Promise<MqttFault>((resolve) => {
      tellEnded = resolve;
    });
    const end = (fault = lost()) => {
      if (over) return;
      over = fault;
      for (const fail of failing) fail(fault);
      tellOpened(fault);
      tellEnded(fault);
    };
    connections.push({
      ...{ options, published, end },
      answer: (fault) => (fault ? end(fault) : tellOpened(undefined)),
      over: () => over,
      left: () => left,
    });
    return {
      ...{ opened, ended },
      publish: (message) =>
        new Promise((resolve, reject) => {
          if (over) return reject(over);
          published.push(message);
          failing.add(reject);
          acknowledge(message).then(resolve, reject);
        }),
      leave() {
        left = true;
        end();
      },
      destroy: end,
    };
  };
  return {
    ...{ open, connections },
    last() {
      const found = connections.at(-1);
      if (!found) throw new Error('nothing was opened');
      return found;
    },
    fare(next) {
      acknowledge = next;
    },
  };
};
