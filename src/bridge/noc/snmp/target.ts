import type { Secret } from '../../../core/secret.ts';
import type { UsmUser } from './usm-user.ts';

/** How notifications go to one receiver. */
export type SnmpVersion =
  | { readonly version: 'v1'; readonly kind: 'trap'; readonly community: Secret }
  | { readonly version: 'v2c'; readonly kind: 'trap' | 'inform'; readonly community: Secret }
  | { readonly version: 'v3'; readonly kind: 'trap' | 'inform'; readonly user: UsmUser };

/** One receiver of notifications. */
export interface SnmpTarget {
  /** An address, or a name that the system resolves. */
  readonly host: string;
  readonly port: number;
  readonly baseOid: string;
  /** Of the gateway as a v1 trap names it; without it the address that the datagram is sent from. */
  readonly agentAddress?: string;
  /** How long an inform waits for its answer, and how often it is sent in all. */
  readonly answerMs: number;
  readonly tries: number;
  readonly how: SnmpVersion;
}

/** This gateway as an SNMP engine: the authoritative one of its v3 traps. */
export interface SenderEngine {
  readonly id: Buffer;
  /** How often it started under this id: on disk before the first trap of a start. */
  readonly boots: number;
  /** Seconds since this start. */
  time(): number;
}
