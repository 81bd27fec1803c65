import type { Reason } from '../core/outcome.ts';

/** What is known of who is who. */
export interface Identities {
  /** The GUID that is pinned to the server. */
  pinned(server: string): string | undefined;
  /** The server that this GUID is pinned to. */
  ownerOf(guid: string): string | undefined;
  /** Whether identities are held against the server at all; off for boards that share one GUID. */
  checked(server: string): boolean;
}

export type Judgement =
  /** The right one, or one that is not checked. */
  | { readonly kind: 'welcome' }
  /** Nobody's so far: it becomes the server's with the first proof. */
  | { readonly kind: 'new'; readonly guid: string }
  /** Not the machine that has to be stopped. */
  | { readonly kind: 'stranger'; readonly expected: string; readonly found: string; readonly reason: Reason };

const refusal = (message: string): Reason => ({
  code: 'bmc.identity',
  message: `${message}; nothing was sent to it`,
});

/**
 * Whether the BMC that answers at the address of `server` is the server's own. A swapped address
 * must not stop the survivor: neither another GUID than the pinned one is let pass, nor one that is
 * pinned to another server. `guid` is undefined where the BMC has none to give.
 */
export const judgeIdentity = (
  identities: Identities,
  server: string,
  guid: string | undefined,
): Judgement => {
  if (!identities.checked(server)) return { kind: 'welcome' };
  const pinned = identities.pinned(server);
  const found = guid ?? 'none';
  const machine = `the BMC at the address of ${server} ${guid ? `has the identity ${guid}` : 'gives no identity'}`;
  if (pinned !== undefined && pinned !== guid) {
    const message = `${machine}, but ${pinned} belongs to ${server}`;
    return { kind: 'stranger', expected: pinned, found, reason: refusal(message) };
  }
  const owner = guid === undefined ? undefined : identities.ownerOf(guid);
  if (owner !== undefined && owner !== server) {
    const message = `${machine}, which belongs to ${owner} (if both boards really carry the same GUID, say pinIdentity: false)`;
    return { kind: 'stranger', expected: `not ${owner}'s`, found, reason: refusal(message) };
  }
  return guid === undefined || pinned === guid ? { kind: 'welcome' } : { kind: 'new', guid };
};
