import type { Clock, Timer } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { kernelDrops } from '../io/udp-drops.ts';
import { type ListenAt, listenUdp, type UdpListener } from '../io/udp-listener.ts';
import type { TrapSource } from './codec/notification.ts';

/** One place the receiver listens at, for `health`. */
export interface ListenerState {
  readonly address: string;
  readonly port: number;
  readonly listening: boolean;
  /** As the kernel granted it. */
  readonly receiveBufferBytes?: number;
  /** Datagrams lost because the buffer was full. */
  readonly kernelDrops?: number;
  /** Why it does not listen. */
  readonly trouble?: string;
}

export interface ListenersDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly receive: (datagram: Buffer, from: TrapSource, reply: (answer: Buffer) => void) => void;
}

/** The sockets of the receiver. One that cannot be opened is tried again: a gateway stops servers without it. */
export interface Listeners {
  /** Opens what is new, closes what is gone, and leaves the rest alone. Calls go one after the other. */
  apply(wanted: readonly ListenAt[]): Promise<void>;
  states(): Promise<ListenerState[]>;
  /** Takes no more datagrams, and can still answer. */
  deafen(): void;
  close(): Promise<void>;
}

const retryMs = 30_000;
const dropsIntervalMs = 10_000;

interface Place {
  readonly at: ListenAt;
  listener?: UdpListener;
  trouble?: string;
  drops?: number;
}

const keyOf = (at: ListenAt): string => JSON.stringify(at);

export const createListeners = ({ clock, log, receive }: ListenersDeps): Listeners => {
  const places = new Map<string, Place>();
  const timers: { retry?: Timer; drops?: Timer } = {};
  let closed = false;
  let turn: Promise<void> = Promise.resolve();

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work);
    return turn;
  };

  const open = async (place: Place): Promise<void> => {
    const { address, port } = place.at;
    try {
      const listener = await listenUdp(place.at, (datagram, from) =>
        receive(datagram, from, (answer) => listener.send(answer, from)),
      );
      if (closed) listener.deafen();
      place.listener = listener;
      delete place.trouble;
      const { receiveBufferBytes } = listener;
      log.info({ address, port: listener.port, receiveBufferBytes }, 'listening for traps');
    } catch (error) {
      const trouble = messageOf(error);
      if (place.trouble !== trouble) log.error({ address, port, error: trouble }, 'cannot listen for traps');
      place.trouble = trouble;
    }
  };

  const openAll = async (): Promise<void> => {
    timers.retry?.cancel();
    for (const place of places.values()) if (!place.listener && !closed) await open(place);
    const failed = [...places.values()].some(({ listener }) => !listener);
    if (failed && !closed) timers.retry = clock.after(retryMs, () => void inTurn(openAll));
  };

  const opened = (): { place: Place; listener: UdpListener }[] =>
    [...places.values()].flatMap((place) => (place.listener ? [{ place, listener: place.listener }] : []));

  /** Reads the kernel's counts, and says once in each interval that some were lost. */
  const readDrops = async (): Promise<void> => {
    const sockets = opened();
    const counts = await kernelDrops(sockets.map(({ listener }) => listener));
    for (const [index, { place, listener }] of sockets.entries()) {
      const drops = counts[index];
      if (drops === undefined) continue;
      const lost = drops - (place.drops ?? 0);
      place.drops = drops;
      const { address, port } = listener;
      if (lost > 0) log.warn({ address, port, lost }, 'traps were lost: the receive buffer was full');
    }
  };

  const watchDrops = (): void => {
    if (closed) return;
    timers.drops = clock.after(dropsIntervalMs, () => void readDrops().finally(watchDrops));
  };
  watchDrops();

  const stateOf = ({ at, listener, trouble, drops }: Place): ListenerState => ({
    address: at.address,
    port: listener?.port ?? at.port,
    listening: listener !== undefined,
    ...(listener && { receiveBufferBytes: listener.receiveBufferBytes }),
    ...(listener && drops !== undefined && { kernelDrops: drops }),
    ...(trouble !== undefined && { trouble }),
  });

  const replace = async (wanted: readonly ListenAt[]): Promise<void> => {
    const keys = new Set(wanted.map(keyOf));
    for (const [key, { listener }] of places) {
      if (keys.has(key)) continue;
      places.delete(key);
      await listener?.close();
    }
    for (const at of wanted) if (!places.has(keyOf(at))) places.set(keyOf(at), { at });
    await openAll();
  };

  return {
    apply: (wanted) => inTurn(() => replace(wanted)),
    async states() {
      await readDrops();
      return [...places.values()].map(stateOf);
    },
    deafen() {
      closed = true;
      for (const { listener } of opened()) listener.deafen();
    },
    async close() {
      closed = true;
      timers.retry?.cancel();
      timers.drops?.cancel();
      await inTurn(() => replace([]));
    },
  };
};
