import type { BerReader } from './ber-reader.ts';
import { type NotificationContent, readV1Trap, readV2Notification } from './notification-pdu.ts';
import { tags } from './tags.ts';

/** A v1 or v2c message with a notification in it. */
export interface CommunityMessage {
  readonly version: 'v1' | 'v2c';
  /** As it came: not yet held against anything. A view of the datagram. */
  readonly community: Buffer;
  readonly content: NotificationContent;
}

/** The longest community, in bytes; most agents stop at 32. */
export const mostCommunityBytes = 255;

const readV1 = (reader: BerReader): NotificationContent | undefined => {
  if (reader.tag === tags.trapV1) return readV1Trap(reader);
  reader.fail('pduType');
  return undefined;
};

/** What follows the version field of a v1 or v2c message (RFC 1157, RFC 1901); undefined where the reader has a fault. */
export const readCommunityMessage = (
  reader: BerReader,
  version: CommunityMessage['version'],
): CommunityMessage | undefined => {
  const community = reader.octets(tags.octetString, mostCommunityBytes, 'communityLength');
  const content = version === 'v1' ? readV1(reader) : readV2Notification(reader);
  return content && { version, community, content };
};
