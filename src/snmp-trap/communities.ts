import { timingSafeEqual } from 'node:crypto';
import type { Secret } from '../core/secret.ts';
import { mostCommunityBytes } from './codec/community-message.ts';

/** Length and bytes in a place of fixed size, so that comparing tells nothing of either. */
const placeBytes = 1 + mostCommunityBytes;

const put = (place: Buffer, community: Buffer): Buffer => {
  place.fill(0);
  place[0] = community.length;
  community.copy(place, 1);
  return place;
};

/** Whether a community is one of these; takes as long whichever it is, and whether it is any. */
export const createCommunityCheck = (communities: readonly Secret[]): ((candidate: Buffer) => boolean) => {
  const known = communities.map((one) => put(Buffer.alloc(placeBytes), one.reveal()));
  const place = Buffer.alloc(placeBytes);
  return (candidate) => {
    put(place, candidate);
    let found = false;
    for (const one of known) found = timingSafeEqual(one, place) || found;
    return found;
  };
};
