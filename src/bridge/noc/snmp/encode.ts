import { isIPv4 } from 'node:net';
import {
  encodePdu,
  encodeV1,
  encodeV2,
  type NotificationPdu,
} from '../../../snmp-trap/codec/notification-encoder.ts';
import type { Notice } from '../notice.ts';
import { notificationNumber, notificationOid, varbindsOf } from './objects.ts';
import type { SenderEngine, SnmpTarget } from './target.ts';
import type { UsmKeys } from './usm-user.ts';
import { type Engine, encodeV3 } from './v3-message.ts';

/** What one message says of its sender. */
export interface Stamp {
  /** Below 2^31, of this message. */
  readonly id: number;
  /** Hundredths of a second since the gateway started: its sysUpTime. */
  readonly uptimeTicks: number;
}

const pduOf = (
  notice: Notice,
  baseOid: string,
  kind: 'trap' | 'inform',
  { id, uptimeTicks }: Stamp,
): NotificationPdu => ({
  ...{ kind, requestId: id, uptimeTicks },
  trapOid: notificationOid(baseOid, notice),
  varbinds: varbindsOf(baseOid, notice),
});

/** RFC 3584 section 3.2: the enterprise of a v1 trap is ours, its specific number that of the notification. */
export const v1Message = (
  notice: Notice,
  { baseOid, agentAddress }: Pick<SnmpTarget, 'baseOid' | 'agentAddress'>,
  { community, uptimeTicks, from }: { community: Buffer; uptimeTicks: number; from: string },
): Buffer =>
  encodeV1({
    community,
    enterprise: baseOid,
    agentAddress: agentAddress ?? (isIPv4(from) ? from : '0.0.0.0'),
    generic: 6,
    specific: notificationNumber(notice),
    uptimeTicks,
    varbinds: varbindsOf(baseOid, notice),
  });

export const v2Message = (
  notice: Notice,
  { baseOid, kind, community }: { baseOid: string; kind: 'trap' | 'inform'; community: Buffer },
  stamp: Stamp,
): Buffer => encodeV2({ ...pduOf(notice, baseOid, kind, stamp), community });

/** A trap names our engine and our time, which the receiver holds against the last it saw (RFC 3414 section 3.2). */
export const v3Trap = (
  notice: Notice,
  baseOid: string,
  stamp: Stamp,
  { own, keys }: { own: SenderEngine; keys: UsmKeys },
): Buffer => {
  const pdu = encodePdu(pduOf(notice, baseOid, 'trap', stamp));
  const engine = { id: own.id, boots: own.boots, time: own.time() };
  return encodeV3({ msgId: stamp.id, reportable: false, engine, contextEngineId: own.id, pdu }, keys);
};

/** An inform names the engine and the time of its receiver. */
export const v3Inform = (
  notice: Notice,
  baseOid: string,
  stamp: Stamp,
  { own, keys, engine }: { own: SenderEngine; keys: UsmKeys; engine: Engine },
): Buffer => {
  const pdu = encodePdu(pduOf(notice, baseOid, 'inform', stamp));
  return encodeV3({ msgId: stamp.id, reportable: true, engine, contextEngineId: own.id, pdu }, keys);
};
