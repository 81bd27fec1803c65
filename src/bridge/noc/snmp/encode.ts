import { isIPv4 } from 'node:net';
import type { Varbind } from '../../../snmp-trap/codec/notification.ts';
import {
  encodePdu,
  encodeV1,
  encodeV2,
  type NotificationPdu,
} from '../../../snmp-trap/codec/notification-encoder.ts';
import { v1FieldsOf } from '../../../snmp-trap/codec/notification-pdu.ts';
import type { SenderEngine, SnmpTarget } from './target.ts';
import type { UsmKeys } from './usm-user.ts';
import { type Engine, encodeV3 } from './v3-message.ts';

/** What a notification says, in the form of v2: every version carries the same. */
export interface SnmpNotification {
  readonly trapOid: string;
  /** Without sysUpTime.0 and snmpTrapOID.0. */
  readonly varbinds: readonly Varbind[];
  /** Of a v1 trap, where the trap OID does not tell it (RFC 3584 section 3.2). */
  readonly enterprise?: string;
}

/** What one message says of its sender. */
export interface Stamp {
  /** Below 2^31, of this message. */
  readonly id: number;
  /** Hundredths of a second since the sender started: its sysUpTime. */
  readonly uptimeTicks: number;
}

const pduOf = (
  { trapOid, varbinds }: SnmpNotification,
  kind: 'trap' | 'inform',
  { id, uptimeTicks }: Stamp,
): NotificationPdu => ({ kind, requestId: id, uptimeTicks, trapOid, varbinds });

/** RFC 3584 section 3.2. `from` is the address it is sent from, which v1 can name only where it is IPv4. */
export const v1Message = (
  { trapOid, varbinds, enterprise }: SnmpNotification,
  { agentAddress }: Pick<SnmpTarget, 'agentAddress'>,
  { community, uptimeTicks, from }: { community: Buffer; uptimeTicks: number; from: string },
): Buffer =>
  encodeV1({
    ...{ community, ...v1FieldsOf(trapOid, enterprise), uptimeTicks, varbinds },
    agentAddress: agentAddress ?? (isIPv4(from) ? from : '0.0.0.0'),
  });

export const v2Message = (
  notification: SnmpNotification,
  { kind, community }: { kind: 'trap' | 'inform'; community: Buffer },
  stamp: Stamp,
): Buffer => encodeV2({ ...pduOf(notification, kind, stamp), community });

/** A trap names our engine and our time, which the receiver holds against the last it saw (RFC 3414 section 3.2). */
export const v3Trap = (
  notification: SnmpNotification,
  stamp: Stamp,
  { own, keys }: { own: SenderEngine; keys: UsmKeys },
): Buffer => {
  const pdu = encodePdu(pduOf(notification, 'trap', stamp));
  const engine = { id: own.id, boots: own.boots, time: own.time() };
  return encodeV3({ msgId: stamp.id, reportable: false, engine, contextEngineId: own.id, pdu }, keys);
};

/** An inform names the engine and the time of its receiver. */
export const v3Inform = (
  notification: SnmpNotification,
  stamp: Stamp,
  { own, keys, engine }: { own: SenderEngine; keys: UsmKeys; engine: Engine },
): Buffer => {
  const pdu = encodePdu(pduOf(notification, 'inform', stamp));
  return encodeV3({ msgId: stamp.id, reportable: true, engine, contextEngineId: own.id, pdu }, keys);
};
