import { BerReader } from '../../../snmp-trap/codec/ber-reader.ts';
import { mostDatagramBytes, tags } from '../../../snmp-trap/codec/tags.ts';
import { readVarbinds } from '../../../snmp-trap/codec/varbinds.ts';

/** What a receiver of informs answers. */
export type Reply =
  | { readonly kind: 'response'; readonly requestId: number; readonly errorStatus: number }
  /** `about` is the OID of the counter that says what is wrong (RFC 3414 section 5). */
  | { readonly kind: 'report'; readonly about: string };

/** The PDU of an answer; undefined where it is none. Never throws. */
export const readReply = (pdu: Buffer): Reply | undefined => {
  const reader = new BerReader(pdu);
  const { tag } = reader;
  if (tag !== tags.response && tag !== tags.report) return undefined;
  const outer = reader.enter(tag);
  const requestId = reader.integer(tags.integer);
  const errorStatus = reader.integer(tags.integer);
  reader.integer(tags.integer);
  const [first] = readVarbinds(reader);
  reader.leave(outer);
  if (reader.fault !== undefined) return undefined;
  return tag === tags.response
    ? { kind: 'response', requestId, errorStatus }
    : { kind: 'report', about: first?.oid ?? '' };
};

/** The answer in a v2c message; undefined where it is none. Never throws. */
export const readV2Reply = (datagram: Buffer): Reply | undefined => {
  if (datagram.length > mostDatagramBytes) return undefined;
  const reader = new BerReader(datagram);
  reader.open(tags.sequence);
  if (reader.integer(tags.integer) !== 1) return undefined;
  reader.octets(tags.octetString, mostDatagramBytes);
  const from = reader.offset;
  reader.skip(reader.enter(reader.tag ?? 0));
  return reader.fault === undefined ? readReply(reader.since(from)) : undefined;
};
