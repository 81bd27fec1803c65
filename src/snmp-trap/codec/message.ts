import { fail, ok, type Result } from '../../core/result.ts';
import type { TrapRefusal } from '../../core/trap-refusal.ts';
import { BerReader } from './ber-reader.ts';
import { type CommunityMessage, readCommunityMessage } from './community-message.ts';
import { mostDatagramBytes, tags } from './tags.ts';
import { readV3Message, type V3Message } from './v3-message.ts';

/** The version field: 0 is v1, 1 is v2c, 3 is v3 (RFC 3584 section 4.2, RFC 3412 section 6). */
const readVersioned = (reader: BerReader): CommunityMessage | V3Message | undefined => {
  switch (reader.integer(tags.integer)) {
    case 0:
      return readCommunityMessage(reader, 'v1');
    case 1:
      return readCommunityMessage(reader, 'v2c');
    case 3:
      return readV3Message(reader);
    default:
      reader.fail('version');
      return undefined;
  }
};

/**
 * One datagram as an SNMP message: a whole v1 or v2c notification, or the header of a v3 message, whose content only
 * its keys open. Bounded in every direction; never throws. Buffers in the result are views of the datagram.
 */
export const decodeMessage = (datagram: Buffer): Result<CommunityMessage | V3Message, TrapRefusal> => {
  if (datagram.length === 0 || datagram.length > mostDatagramBytes) return fail('size');
  const reader = new BerReader(datagram);
  reader.open(tags.sequence);
  const message = readVersioned(reader);
  if (reader.more) reader.fail('trailing');
  if (reader.fault !== undefined || message === undefined) return fail(reader.fault ?? 'tag');
  return ok(message);
};
