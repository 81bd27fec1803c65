import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { assembleBmc, type BmcOptions } from './assemble.ts';
import type { Bmc } from './bmc.ts';
import type { BmcFact } from './facts.ts';
import { createMachine, type Machine, type MachineOptions } from './machine.ts';
import { createWire, type Wire } from './wire.ts';

export type { SimBmcUser } from './assemble.ts';

export interface SimBmcOptions extends BmcOptions {
  readonly clock: Clock;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  readonly machine?: MachineOptions;
  readonly onFact?: (fact: BmcFact) => void;
}

/** A simulated BMC that listens. */
export interface SimBmc {
  readonly host: string;
  readonly port: number;
  readonly machine: Machine;
  readonly wire: Wire;
  /** Sessions that are open now. */
  sessions(): number;
  /** Closes the port and every timer; harmless when called again. */
  close(): Promise<void>;
}

const bind = (host: string, port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    socket.once('error', reject);
    socket.bind(port, host, () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });

/** Connects socket and BMC by the wire; the returned function stops all answers. */
const connect = (socket: Socket, wire: Wire, bmc: Bmc): (() => void) => {
  let open = true;
  socket.on('error', () => {});
  socket.on('message', (received, { address, port }) => {
    // A forged source port of 0 cannot be answered: the send would throw.
    if (port === 0) return;
    wire.inbound(received, (datagram) => {
      const reply = open ? bmc(datagram, `${address} ${port}`) : undefined;
      if (!reply) return;
      wire.outbound(reply, (bytes) => {
        if (open) socket.send(bytes, port, address);
      });
    });
  });
  return () => {
    open = false;
  };
};

/** Starts a simulated BMC on a UDP port. Rejects with the system's error where the port is not to be had. */
export const startSimBmc = async (options: SimBmcOptions): Promise<SimBmc> => {
  const { clock, onFact = () => {} } = options;
  const socket = await bind(options.host ?? '127.0.0.1', options.port ?? 0);
  const machine = createMachine(clock, options.machine);
  machine.onChange(onFact);
  const { bmc, sessions } = assembleBmc(options, { clock, machine, onFact });
  const wire = createWire();
  const disconnect = connect(socket, wire, bmc);
  const { address, port } = socket.address();
  let closed: Promise<void> | undefined;

  const shut = () => {
    disconnect();
    sessions.closeAll();
    machine.stop();
    return new Promise<void>((resolve) => socket.close(() => resolve()));
  };
  return {
    host: address,
    port,
    machine,
    wire,
    sessions: sessions.activeCount,
    close() {
      closed ??= shut();
      return closed;
    },
  };
};
