import type { IdentityResult } from '../bridge/engine/services.ts';
import { codeOf, messageOf } from '../core/errors.ts';
import type { Reason } from '../core/outcome.ts';
import type { BmcPort, CallLimits } from '../core/ports.ts';
import type { NewEvent } from '../events/catalogue.ts';
import { type Identities, judgeIdentity } from '../fence/identity.ts';

export interface IdentityDeps {
  readonly bmc: BmcPort | undefined;
  readonly identities: Identities;
  readonly limits: CallLimits;
  readonly record: (event: NewEvent) => Promise<unknown>;
}

const refused = (server: string, reason: Reason): IdentityResult => ({ server, outcome: 'refused', reason });

const readGuid = async (bmc: BmcPort, limits: CallLimits): Promise<string | undefined> => {
  const session = await bmc.open(limits);
  void session.close();
  return session.guid;
};

/**
 * Reads the identity of the BMC that answers for `server` now, and pins it, in place of whatever was
 * pinned before. Refused where the BMC has none, cannot be asked, or belongs to another server.
 */
export const pinIdentity = async (deps: IdentityDeps, server: string): Promise<IdentityResult> => {
  const { bmc, identities, limits, record } = deps;
  if (!bmc)
    return refused(server, { code: 'fence.noBmc', message: `the configuration gives ${server} no BMC` });
  let guid: string | undefined;
  try {
    guid = await readGuid(bmc, limits);
  } catch (error) {
    return refused(server, { code: codeOf(error) ?? 'bmc.protocol', message: messageOf(error) });
  }
  if (guid === undefined) {
    return refused(server, {
      code: 'bmc.identity',
      message: `the BMC of ${server} gives no identity to pin`,
    });
  }
  const judgement = judgeIdentity({ ...identities, pinned: () => undefined }, server, guid);
  if (judgement.kind === 'stranger') return refused(server, judgement.reason);
  await record({ type: 'bmc.identityPinned', source: 'app', data: { server, guid } });
  return { server, outcome: 'confirmed', guid };
};

/** Forgets the identity that is pinned to `server`; the next proof pins anew. */
export const unpinIdentity = async (
  { identities, record }: Pick<IdentityDeps, 'identities' | 'record'>,
  server: string,
  requester: string,
): Promise<IdentityResult> => {
  const guid = identities.pinned(server);
  if (guid !== undefined) {
    await record({ type: 'bmc.identityForgotten', source: 'app', data: { server, guid, requester } });
  }
  return { server, outcome: 'confirmed' };
};
