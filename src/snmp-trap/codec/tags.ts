/** Tags of SNMP on the wire (RFC 1157, RFC 2578 section 7.1, RFC 3416 section 3). */
export const tags = {
  integer: 0x02,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  ipAddress: 0x40,
  counter32: 0x41,
  gauge32: 0x42,
  timeTicks: 0x43,
  opaque: 0x44,
  counter64: 0x46,
  /** Of RFC 1442; the same as a Gauge32 to us. */
  uinteger32: 0x47,
  noSuchObject: 0x80,
  noSuchInstance: 0x81,
  endOfMibView: 0x82,
  getRequest: 0xa0,
  response: 0xa2,
  trapV1: 0xa4,
  inform: 0xa6,
  trapV2: 0xa7,
  report: 0xa8,
} as const;

/** Largest datagram that is looked at, in bytes: a trap that fills five Ethernet frames has something else in mind. */
export const mostDatagramBytes = 8192;
