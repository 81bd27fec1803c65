import { element, integer, nothing, octets, oid, sequence } from './ber-writer.ts';
import type { Varbind, VarbindValue } from './notification.ts';
import { tags } from './tags.ts';

const sysUpTime = '1.3.6.1.2.1.1.3.0';
const snmpTrapOid = '1.3.6.1.6.3.1.1.4.1.0';

const unsigned64 = (value: bigint): Buffer => {
  const digits = value.toString(16);
  return element(tags.counter64, Buffer.from(`00${digits.length % 2 === 0 ? '' : '0'}${digits}`, 'hex'));
};

const addressBytes = (dotted: string): Buffer => Buffer.from(dotted.split('.').map(Number));

const encodeValue = (value: VarbindValue): Buffer => {
  switch (value.type) {
    case 'octetString':
    case 'opaque':
      return element(tags[value.type], value.value);
    case 'oid':
      return oid(value.value);
    case 'ipAddress':
      return element(tags.ipAddress, addressBytes(value.value));
    case 'counter64':
      return unsigned64(value.value);
    case 'null':
      return nothing;
    default:
      return integer(value.value, tags[value.type]);
  }
};

const encodeVarbind = ({ oid: name, value }: Varbind): Buffer => sequence(oid(name), encodeValue(value));

/** What a v2 notification PDU says. */
export interface NotificationPdu {
  readonly kind: 'trap' | 'inform';
  readonly requestId: number;
  readonly uptimeTicks: number;
  readonly trapOid: string;
  readonly varbinds: readonly Varbind[];
}

/** A v2c notification to send. */
export interface V2Notification extends NotificationPdu {
  readonly community: string | Buffer;
}

/** An SNMPv2-Trap or InformRequest PDU (RFC 3416 section 3). Throws a RangeError where it does not fit into a datagram. */
export const encodePdu = (notification: NotificationPdu): Buffer => {
  const { kind, requestId, uptimeTicks, trapOid, varbinds } = notification;
  const head: Varbind[] = [
    { oid: sysUpTime, value: { type: 'timeTicks', value: uptimeTicks } },
    { oid: snmpTrapOid, value: { type: 'oid', value: trapOid } },
  ];
  const list = sequence(...[...head, ...varbinds].map(encodeVarbind));
  const tag = kind === 'inform' ? tags.inform : tags.trapV2;
  return element(tag, integer(requestId), integer(0), integer(0), list);
};

/** Encodes a v2c trap or inform. Throws a RangeError where it does not fit into a datagram. */
export const encodeV2 = ({ community, ...pdu }: V2Notification): Buffer =>
  sequence(integer(1), octets(community), encodePdu(pdu));

/** A v1 trap to send. */
export interface V1Trap {
  readonly community: string | Buffer;
  readonly enterprise: string;
  readonly agentAddress: string;
  readonly generic: number;
  readonly specific: number;
  readonly uptimeTicks: number;
  readonly varbinds: readonly Varbind[];
}

/** Encodes a v1 trap (RFC 1157 section 4.1.6). Throws a RangeError where it does not fit into a datagram. */
export const encodeV1 = (trap: V1Trap): Buffer => {
  const pdu = element(
    tags.trapV1,
    oid(trap.enterprise),
    element(tags.ipAddress, addressBytes(trap.agentAddress)),
    integer(trap.generic),
    integer(trap.specific),
    integer(trap.uptimeTicks, tags.timeTicks),
    sequence(...trap.varbinds.map(encodeVarbind)),
  );
  return sequence(integer(0), octets(trap.community), pdu);
};
