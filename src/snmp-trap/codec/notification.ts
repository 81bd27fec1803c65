/** A value of a varbind, as its BER type says (RFC 2578 section 7.1). OIDs are dotted numbers without a leading dot. */
export type VarbindValue =
  | { readonly type: 'integer' | 'counter32' | 'gauge32' | 'timeTicks'; readonly value: number }
  | { readonly type: 'counter64'; readonly value: bigint }
  | { readonly type: 'octetString' | 'opaque'; readonly value: Buffer }
  | { readonly type: 'oid' | 'ipAddress'; readonly value: string }
  | { readonly type: 'null' };

export interface Varbind {
  readonly oid: string;
  readonly value: VarbindValue;
}

/** Where a datagram came from: numeric address (IPv4 also where it came over an IPv6 socket) and UDP port. */
export interface TrapSource {
  readonly address: string;
  readonly port: number;
}

/**
 * A trap or inform that was decoded, allowed and, for v3, authenticated, in one form for all versions: a v1 trap has
 * the trap OID that RFC 3584 section 3.1 gives it, and keeps its own fields in `v1`.
 */
export interface TrapNotification {
  readonly version: 'v1' | 'v2c' | 'v3';
  /** An inform wants an answer, which goes out once the event is on disk. */
  readonly kind: 'trap' | 'inform';
  readonly source: TrapSource;
  /** Address of the relay that it came through; `source` is then the origin that the relay tells. */
  readonly relay?: string;
  /** snmpTrapOID.0, or what RFC 3584 makes of a v1 trap. */
  readonly trapOid: string;
  /** sysUpTime.0 of the sender in hundredths of a second. */
  readonly uptimeTicks: number;
  /** Without sysUpTime.0 and snmpTrapOID.0. */
  readonly varbinds: readonly Varbind[];
  readonly v1?: {
    readonly enterprise: string;
    /** The sender's own address as it claims; trusted to tell who sent it only where it came through a relay. */
    readonly agentAddress: string;
    readonly generic: number;
    readonly specific: number;
  };
}
