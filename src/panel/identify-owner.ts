/**
 * The one machine that lights the identify lamp of `server`: the first of the configured owners that is not that
 * server itself, which has nobody awake on it to do so. Every gateway comes to the same answer without asking
 * another one. Undefined where the server would be its own and only owner.
 */
export const ownerOfLamp = (owners: readonly string[], server: string): string | undefined =>
  owners.find((owner) => owner !== server);
