// The little of npm net-snmp that the receiver of SNMPv3 uses; the package has no types of its own.
declare module 'net-snmp' {
  export interface ReceiverUser {
    readonly name: string;
    /** 2 authNoPriv, 3 authPriv. */
    readonly level: 2 | 3;
    readonly authProtocol: number;
    readonly authKey: string;
    readonly privProtocol?: number;
    readonly privKey?: string;
  }

  export interface ReceivedVarbind {
    readonly oid: string;
    readonly type: number;
    readonly value: unknown;
  }

  export interface ReceivedPdu {
    /** The request-id. */
    readonly id: number;
    readonly type: number;
    readonly varbinds: readonly ReceivedVarbind[];
  }

  export interface ReceiverPeer {
    readonly address: string;
    readonly port: number;
  }

  /** What the library asks of a socket. */
  export interface ReceiverSocket {
    on(event: string, listener: (...values: never[]) => void): void;
    bind(port: number, address: string | null): void;
    send(
      buffer: Buffer,
      offset: number,
      length: number,
      port: number,
      address: string,
      done: (error: Error | null, bytes: number) => void,
    ): void;
    close(): void;
  }

  export interface ReceiverOptions {
    readonly engineID: Buffer;
    readonly dgramModule: { createSocket(transport: string): ReceiverSocket };
  }

  export interface Receiver {
    getAuthorizer(): { addUser(user: ReceiverUser): void; deleteUser(name: string): void };
    close(): void;
  }

  export function createReceiver(
    options: ReceiverOptions,
    callback: (error: Error | null, received?: { readonly pdu: ReceivedPdu }) => void,
  ): Receiver;
}
