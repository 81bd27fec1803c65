import type { BerReader } from './ber-reader.ts';
import type { TrapNotification, Varbind } from './notification.ts';
import { tags } from './tags.ts';
import { dotted, readVarbinds } from './varbinds.ts';

/** What the answer to an inform repeats (RFC 3416 section 4.2.7). */
export interface InformRequest {
  readonly requestId: number;
  /** The VarBindList as it came; a view of the datagram. */
  readonly bindings: Buffer;
}

/** What a notification PDU holds, in the one form of all versions. */
export type NotificationContent = Pick<TrapNotification, 'trapOid' | 'uptimeTicks' | 'varbinds' | 'v1'> &
  ({ readonly kind: 'trap' } | { readonly kind: 'inform'; readonly request: InformRequest });

const sysUpTime = '1.3.6.1.2.1.1.3.0';
const snmpTrapOid = '1.3.6.1.6.3.1.1.4.1.0';
/** snmpTraps: generic trap g of v1 is `.(g + 1)` below it. */
const genericTraps = '1.3.6.1.6.3.1.1.5';
const enterpriseSpecific = 6;
const addressBytes = 4;

/** RFC 3584 section 3.1: what the trap OID of a v1 trap is. */
export const trapOidOfV1 = (enterprise: string, generic: number, specific: number): string =>
  generic === enterpriseSpecific ? `${enterprise}.0.${specific}` : `${genericTraps}.${generic + 1}`;

/**
 * RFC 3584 section 3.2: the fields of a v1 trap with this trap OID. `named` is its enterprise, which one of the
 * standard traps does not tell by its OID; for those it is snmpTraps where nothing else is said.
 */
export const v1FieldsOf = (
  trapOid: string,
  named?: string,
): { enterprise: string; generic: number; specific: number } => {
  const arcs = trapOid.split('.');
  const last = Number(arcs.pop());
  if (arcs.join('.') === genericTraps && last >= 1 && last <= enterpriseSpecific)
    return { enterprise: named ?? genericTraps, generic: last - 1, specific: 0 };
  if (arcs.at(-1) === '0') arcs.pop();
  return { enterprise: named ?? arcs.join('.'), generic: enterpriseSpecific, specific: last };
};

/** A Trap-PDU of SNMPv1 (RFC 1157 section 4.1.6). */
export const readV1Trap = (reader: BerReader): NotificationContent => {
  const outer = reader.enter(tags.trapV1);
  const enterprise = reader.oid(tags.oid);
  const address = reader.octets(tags.ipAddress, addressBytes);
  if (address.length !== addressBytes) reader.fail('valueSize');
  const generic = reader.integer(tags.integer);
  const specific = reader.integer(tags.integer);
  if (generic < 0 || generic > enterpriseSpecific || specific < 0) reader.fail('genericTrap');
  const uptimeTicks = reader.unsigned(tags.timeTicks);
  const varbinds = readVarbinds(reader);
  reader.leave(outer);
  return {
    kind: 'trap',
    trapOid: trapOidOfV1(enterprise, generic, specific),
    uptimeTicks,
    varbinds,
    v1: { enterprise, agentAddress: dotted(address), generic, specific },
  };
};

/** What the first two varbinds of a v2 notification say, and the others (RFC 3416 section 4.2.6). */
export const headedVarbinds = (
  all: readonly Varbind[],
): Pick<TrapNotification, 'trapOid' | 'uptimeTicks' | 'varbinds'> | undefined => {
  const [uptime, trap, ...varbinds] = all;
  if (uptime?.oid !== sysUpTime || uptime.value.type !== 'timeTicks') return undefined;
  if (trap?.oid !== snmpTrapOid || trap.value.type !== 'oid') return undefined;
  return { trapOid: trap.value.value, uptimeTicks: uptime.value.value, varbinds };
};

/** An SNMPv2-Trap or InformRequest PDU (RFC 3416 section 3); undefined where the reader has a fault. */
export const readV2Notification = (reader: BerReader): NotificationContent | undefined => {
  const isInform = reader.tag === tags.inform;
  if (!isInform && reader.tag !== tags.trapV2) reader.fail('pduType');
  const outer = reader.enter(isInform ? tags.inform : tags.trapV2);
  const requestId = reader.integer(tags.integer);
  reader.integer(tags.integer);
  reader.integer(tags.integer);
  const from = reader.offset;
  const all = readVarbinds(reader);
  const bindings = reader.since(from);
  reader.leave(outer);
  if (reader.fault !== undefined) return undefined;
  const headed = headedVarbinds(all);
  if (headed === undefined) {
    reader.fail('trapOid');
    return undefined;
  }
  return isInform
    ? { kind: 'inform', ...headed, request: { requestId, bindings } }
    : { kind: 'trap', ...headed };
};
