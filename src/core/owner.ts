/**
 * The one machine that does for `server` what must not be done twice, such as lighting its identify lamp: the first of
 * the configured owners that is not that server itself, which has nobody awake on it to do so. Every gateway comes to
 * the same answer without asking another one. Undefined where the server would be its own and only owner.
 */
export const ownerFor = (owners: readonly string[], server: string): string | undefined =>
  owners.find((owner) => owner !== server);
