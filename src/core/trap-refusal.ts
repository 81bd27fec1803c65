/**
 * Every reason for which the trap receiver refuses a datagram: a closed set, counted by these names in `health` and
 * told in `trap.refused`. Bytes alone decide on the first group, the configuration and its keys on the others.
 */
export const trapRefusals = [
  // The bytes: not one well-formed SNMP notification (RFC 3417 section 8, RFC 3416 section 3).
  'size',
  'outerLength',
  'lengthForm',
  'truncated',
  'trailing',
  'tag',
  'version',
  'pduType',
  'communityLength',
  'integerSize',
  'integerRange',
  'oid',
  'varbindCount',
  'valueType',
  'valueSize',
  'trapOid',
  'genericTrap',
  // The sender.
  'portZero',
  'source',
  'community',
  'relayOrigin',
  // SNMPv3 (RFC 3412, RFC 3414).
  'v3Header',
  'v3Discovery',
  'v3User',
  'v3Level',
  'v3Engine',
  'v3EngineTable',
  'v3Digest',
  'v3Window',
  'v3Replay',
  'v3Content',
  // The gateway itself: too many traps at once, or a journal that takes nothing.
  'overflow',
  'notRecorded',
] as const;

export type TrapRefusal = (typeof trapRefusals)[number];
