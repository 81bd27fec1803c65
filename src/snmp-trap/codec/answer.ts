import { element, integer, octets, sequence } from './ber-writer.ts';
import type { CommunityMessage } from './community-message.ts';
import type { InformRequest } from './notification-pdu.ts';
import { tags } from './tags.ts';

const versionFields = { v1: 0, v2c: 1 } as const;

/**
 * The Response to an inform (RFC 3416 section 4.2.7): same request-id, and the varbinds as they came. It is no larger
 * than the inform, but for a few bytes of lengths.
 */
export const answerTo = (
  { version, community }: Pick<CommunityMessage, 'version' | 'community'>,
  { requestId, bindings }: InformRequest,
): Buffer => {
  const pdu = element(tags.response, integer(requestId), integer(0), integer(0), bindings);
  return sequence(integer(versionFields[version]), octets(community), pdu);
};
