import type { Varbind } from '../../../src/snmp-trap/codec/notification.ts';
import { encodeV1, encodeV2 } from '../../../src/snmp-trap/codec/notification-encoder.ts';

/** The golden vector of ipmi-pet(8): a chassis intrusion that is over, from a Dell host. */
export const petBytes = Buffer.from(
  '44454c4c500010598043b2c04f33335800021' + '9e87e26ffff20200420731800' + '8001ff000000000019000002a20100c1',
  'hex',
);

export const petSpecific = 356224;
export const linkDown = '1.3.6.1.6.3.1.1.5.3';

const petVarbind: Varbind = {
  oid: '1.3.6.1.4.1.3183.1.1.1',
  value: { type: 'octetString', value: petBytes },
};

/** One varbind of every type, each at an edge of its range. */
export const everyType: readonly Varbind[] = [
  { oid: '1.3.6.1.1', value: { type: 'integer', value: -0x80000000 } },
  { oid: '1.3.6.1.2', value: { type: 'counter32', value: 0xffffffff } },
  { oid: '1.3.6.1.3', value: { type: 'gauge32', value: 0x80000000 } },
  { oid: '1.3.6.1.4', value: { type: 'timeTicks', value: 127 } },
  { oid: '1.3.6.1.5', value: { type: 'counter64', value: 0xffff_ffff_ffff_ffffn } },
  { oid: '1.3.6.1.6', value: { type: 'octetString', value: Buffer.from('Füße\0') } },
  { oid: '1.3.6.1.7', value: { type: 'opaque', value: Buffer.from('9f780442f60000', 'hex') } },
  { oid: '1.3.6.1.8', value: { type: 'oid', value: '2.999.4294967295' } },
  { oid: '1.3.6.1.9', value: { type: 'ipAddress', value: '192.0.2.255' } },
  { oid: '0.0', value: { type: 'null' } },
];

export const petTrap = (community = 'public'): Buffer =>
  encodeV1({
    community,
    enterprise: '1.3.6.1.4.1.3183.1.1',
    agentAddress: '192.0.2.11',
    generic: 6,
    specific: petSpecific,
    uptimeTicks: 77,
    varbinds: [petVarbind],
  });

export const v2 = (
  kind: 'trap' | 'inform',
  varbinds: readonly Varbind[] = everyType,
  requestId = 4711,
): Buffer => encodeV2({ kind, community: 'public', requestId, uptimeTicks: 99, trapOid: linkDown, varbinds });
