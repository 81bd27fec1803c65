import type { BerReader } from './ber-reader.ts';
import type { Varbind, VarbindValue } from './notification.ts';
import { mostDatagramBytes, tags } from './tags.ts';

/** The most varbinds in one notification. */
export const mostVarbinds = 256;

const nothing: VarbindValue = { type: 'null' };

const readNothing = (reader: BerReader, tag: number): VarbindValue => {
  reader.octets(tag, 0);
  return nothing;
};

/** Four bytes as an IPv4 address. */
export const dotted = (bytes: Buffer): string => `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;

const readAddress = (reader: BerReader): VarbindValue => {
  const bytes = reader.octets(tags.ipAddress, 4);
  if (bytes.length !== 4) reader.fail('valueSize');
  return { type: 'ipAddress', value: dotted(bytes) };
};

const readValue = (reader: BerReader): VarbindValue => {
  const { tag } = reader;
  switch (tag) {
    case tags.integer:
      return { type: 'integer', value: reader.integer(tag) };
    case tags.octetString:
      return { type: 'octetString', value: reader.octets(tag, mostDatagramBytes) };
    case tags.oid:
      return { type: 'oid', value: reader.oid(tag) };
    case tags.ipAddress:
      return readAddress(reader);
    case tags.counter32:
      return { type: 'counter32', value: reader.unsigned(tag) };
    case tags.gauge32:
    case tags.uinteger32:
      return { type: 'gauge32', value: reader.unsigned(tag) };
    case tags.timeTicks:
      return { type: 'timeTicks', value: reader.unsigned(tag) };
    case tags.opaque:
      return { type: 'opaque', value: reader.octets(tag, mostDatagramBytes) };
    case tags.counter64:
      return { type: 'counter64', value: reader.unsigned64(tag) };
    case tags.null:
    // An agent that has no such object says so here; there is no value, and nothing more to it.
    case tags.noSuchObject:
    case tags.noSuchInstance:
    case tags.endOfMibView:
      return readNothing(reader, tag);
    default:
      reader.fail(tag === undefined ? 'truncated' : 'valueType');
      return nothing;
  }
};

/** A VarBindList (RFC 3416 section 3); short where the reader has a fault. */
export const readVarbinds = (reader: BerReader): Varbind[] => {
  const varbinds: Varbind[] = [];
  const list = reader.enter(tags.sequence);
  while (reader.more) {
    if (varbinds.length === mostVarbinds) {
      reader.fail('varbindCount');
      break;
    }
    const one = reader.enter(tags.sequence);
    const oid = reader.oid(tags.oid);
    const value = readValue(reader);
    reader.leave(one);
    varbinds.push({ oid, value });
  }
  reader.leave(list);
  return varbinds;
};
