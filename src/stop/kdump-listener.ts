import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { CodedError, messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { KdumpPort } from '../core/ports.ts';
import { type BindUdp, bindUdp, type UdpReceiver } from '../io/udp.ts';
import { type KdumpFault, kdumpFaultOf } from './kdump-message.ts';

export interface KdumpListenerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly bind?: BindUdp;
}

/** Where messages come in; numeric address, port 0 for any. */
export interface KdumpEndpoint {
  readonly address: string;
  readonly port: number;
}

/** What came in so far. */
export interface KdumpCounters {
  /** The port it listens on; missing while it does not. */
  readonly port?: number;
  readonly heard: number;
  readonly dropped: Readonly<Record<KdumpFault | 'stranger', number>>;
}

/** One socket for the messages of all crash kernels. */
export interface KdumpListener {
  /** The messages that come from these addresses (numeric, in any spelling). */
  portFor(addresses: readonly string[]): KdumpPort;
  /** Messages from any other address are dropped; what was heard from one that is expected still is kept. */
  expect(addresses: readonly string[]): void;
  /** As {@link KdumpPort.open}. */
  open(): Promise<void>;
  counters(): KdumpCounters;
  close(): Promise<void>;
}

const mapped = '::ffff:';

/** One spelling for each address: `::` hears IPv4 as mapped IPv6, and IPv6 can be written in many ways. */
export const plainAddress = (address: string): string => {
  if (!isIPv6(address)) return address;
  const { address: plain } = new SocketAddress({ address, family: 'ipv6' });
  const inside = plain.startsWith(mapped) ? plain.slice(mapped.length) : plain;
  return isIPv4(inside) ? inside : plain;
};

/** Who was heard last and when; no address gets in but those that are expected. */
const createHearing = () => {
  let lastMs = new Map<string, number | undefined>();
  const watchers = new Set<{ readonly from: ReadonlySet<string>; readonly onMessage: () => void }>();
  return {
    expect(addresses: readonly string[]) {
      lastMs = new Map(addresses.map(plainAddress).map((address) => [address, lastMs.get(address)]));
    },
    expects: (address: string) => lastMs.has(address),
    hear(address: string, atMs: number) {
      lastMs.set(address, atMs);
      for (const { from, onMessage } of [...watchers]) if (from.has(address)) onMessage();
    },
    latestMs(from: ReadonlySet<string>): number | undefined {
      const times = [...from].flatMap((address) => lastMs.get(address) ?? []);
      return times.length === 0 ? undefined : Math.max(...times);
    },
    watch(from: ReadonlySet<string>, onMessage: () => void) {
      const watcher = { from, onMessage };
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
  };
};

/**
 * Listens for fence_kdump messages. It is meant to be open for as long as the daemon runs: a server whose kernel
 * crashed by itself has often been writing its dump for half a minute when its forced stop begins, and an NMI would
 * end that dump. Nothing is ever sent, and a datagram costs one look-up and at most eight bytes of reading.
 */
export const createKdumpListener = (
  { clock, log, bind = bindUdp }: KdumpListenerDeps,
  { address, port }: KdumpEndpoint,
): KdumpListener => {
  const hearing = createHearing();
  const dropped = { stranger: 0, length: 0, magic: 0, version: 0 };
  let heard = 0;
  let opening: Promise<UdpReceiver> | undefined;
  let bound: UdpReceiver | undefined;

  const onDatagram = (datagram: Buffer, sender: string) => {
    const from = plainAddress(sender);
    const fault = hearing.expects(from) ? kdumpFaultOf(datagram) : 'stranger';
    if (fault) {
      dropped[fault] += 1;
      return;
    }
    heard += 1;
    hearing.hear(from, clock.nowMs());
  };

  const onBroken = (error: Error) => {
    opening = undefined;
    bound = undefined;
    log.warn({ address, port, error: error.message }, 'the port for kdump messages broke');
  };

  const open = async () => {
    opening ??= bind({ address, port, onDatagram, onBroken });
    const mine = opening;
    try {
      const receiver = await mine;
      if (opening === mine) bound = receiver;
    } catch (error) {
      if (opening === mine) opening = undefined;
      const message = `UDP port ${port} of ${address} cannot be opened for kdump messages: ${messageOf(error)}`;
      throw new CodedError('kdump.notBound', message);
    }
  };

  return {
    portFor(addresses) {
      const from = new Set(addresses.map(plainAddress));
      return {
        open,
        heardMs: () => hearing.latestMs(from),
        watch: (onMessage) => hearing.watch(from, onMessage),
      };
    },
    expect: hearing.expect,
    open,
    counters: () => ({ ...(bound && { port: bound.port }), heard, dropped: { ...dropped } }),
    async close() {
      const closing = opening;
      opening = undefined;
      bound = undefined;
      await closing?.then((receiver) => receiver.close()).catch(() => undefined);
    },
  };
};
