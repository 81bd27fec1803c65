import type { ReceivedPdu, ReceivedVarbind } from 'net-snmp';
import type { TrapNotification, Varbind, VarbindValue } from './codec/notification.ts';
import { headedVarbinds } from './codec/notification-pdu.ts';
import { tags } from './codec/tags.ts';
import { mostVarbinds } from './codec/varbinds.ts';

const mostOidCharacters = 128 * 11;

const ofBytes = (type: 'octetString' | 'opaque', value: unknown): VarbindValue | undefined =>
  Buffer.isBuffer(value) ? { type, value } : undefined;

const ofNumber = (
  type: 'integer' | 'counter32' | 'gauge32' | 'timeTicks',
  value: unknown,
): VarbindValue | undefined => {
  if (typeof value !== 'number' || !Number.isInteger(value)) return undefined;
  const [least, most] = type === 'integer' ? [-0x80000000, 0x7fffffff] : [0, 0xffffffff];
  return value >= least && value <= most ? { type, value } : undefined;
};

const ofText = (type: 'oid' | 'ipAddress', value: unknown): VarbindValue | undefined =>
  typeof value === 'string' && value.length <= mostOidCharacters && /^\d+(\.\d+)+$/.test(value)
    ? { type, value }
    : undefined;

const ofWide = (value: unknown): VarbindValue | undefined =>
  Buffer.isBuffer(value) && value.length > 0 && value.length <= 9
    ? { type: 'counter64', value: BigInt.asUintN(64, BigInt(`0x${value.toString('hex')}`)) }
    : undefined;

const typedValue = ({ type, value }: ReceivedVarbind): VarbindValue | undefined => {
  switch (type) {
    case tags.integer:
      return ofNumber('integer', value);
    case tags.counter32:
      return ofNumber('counter32', value);
    case tags.gauge32:
      return ofNumber('gauge32', value);
    case tags.timeTicks:
      return ofNumber('timeTicks', value);
    case tags.octetString:
      return ofBytes('octetString', value);
    case tags.opaque:
      return ofBytes('opaque', value);
    case tags.oid:
      return ofText('oid', value);
    case tags.ipAddress:
      return ofText('ipAddress', value);
    case tags.counter64:
      return ofWide(value);
    case tags.null:
    case tags.noSuchObject:
    case tags.noSuchInstance:
    case tags.endOfMibView:
      return { type: 'null' };
    default:
      return undefined;
  }
};

const varbindOf = (received: ReceivedVarbind): Varbind | undefined => {
  const name = ofText('oid', received.oid);
  const value = typedValue(received);
  return name?.type === 'oid' && value ? { oid: name.value, value } : undefined;
};

/**
 * A notification out of what the library decoded, which it does without limits of its own: what does not fit into our
 * types is undefined as a whole.
 */
export const v3ContentOf = (
  pdu: ReceivedPdu,
): Pick<TrapNotification, 'kind' | 'trapOid' | 'uptimeTicks' | 'varbinds'> | undefined => {
  if (pdu.type !== tags.trapV2 && pdu.type !== tags.inform) return undefined;
  if (pdu.varbinds.length > mostVarbinds) return undefined;
  const varbinds = pdu.varbinds.map(varbindOf).filter((one) => one !== undefined);
  const headed = varbinds.length === pdu.varbinds.length ? headedVarbinds(varbinds) : undefined;
  return headed && { kind: pdu.type === tags.inform ? 'inform' : 'trap', ...headed };
};
